import { Pattern } from '../pattern/pattern.ts';
import { Cutter } from './cutter.ts';

/** Words, and runs of what is neither word nor white space; white space goes. */
export class Whitespace extends Cutter {
  // The Rust library's \w has the characters that join others (U+200C, U+200D); Oniguruma's has not.
  private readonly pattern = new Pattern(
    String.raw`[\w\p{Join_Control}]+|[^\w\p{Join_Control}\s]+`,
  );

  protected cuts(text: string): readonly number[] {
    return this.pattern.findAll(text);
  }

  toJson() {
    return { type: 'Whitespace' };
  }
}

/** What stands between white space. */
export class WhitespaceSplit extends Cutter {
  private readonly pattern = new Pattern(String.raw`\S+`);

  protected cuts(text: string): readonly number[] {
    return this.pattern.findAll(text);
  }

  toJson() {
    return { type: 'WhitespaceSplit' };
  }
}
