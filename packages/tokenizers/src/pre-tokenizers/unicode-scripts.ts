import { widthAt } from '../code-points.ts';
import { Cutter } from './cutter.ts';

/** ISO 15924 codes of the scripts that the Rust library tells apart, the frequent ones first. */
const SCRIPTS = (
  'Zyyy Latn Hani Cyrl Arab Deva Grek Hang Thai Hebr Zinh Adlm Ahom Hluw Armn Avst Bali Bamu Bass ' +
  'Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cans Cari Aghb Cakm Cham Cher Copt Xsux Cprt Dsrt Dupl ' +
  'Egyp Elba Ethi Geor Glag Goth Gran Gujr Guru Hatr Armi Phli Prti Java Kthi Knda Kali Khar Khmr ' +
  'Khoj Sind Laoo Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Mlym Mand Mani Marc Mtei Mend Merc Mero ' +
  'Plrd Modi Mong Mroo Mult Mymr Nbat Newa Talu Nkoo Ogam Olck Hung Ital Narb Perm Xpeo Sarb Orkh ' +
  'Orya Osge Osma Hmng Palm Pauc Phag Phnx Phlp Rjng Runr Samr Saur Shrd Shaw Sidd Sgnw Sinh Sora ' +
  'Sund Sylo Syrc Tglg Tagb Tale Lana Tavt Takr Taml Tang Telu Thaa Tibt Tfng Tirh Ugar Vaii Wara ' +
  'Yiii'
).split(' ');

/** What belongs to no script and breaks none: spaces, and characters that are not assigned. */
const ANY = -1;
const HAN = SCRIPTS.indexOf('Hani');
/** Japanese syllables count as Han, so that Japanese words stay together. */
const JAPANESE = /[\p{sc=Hira}\p{sc=Kana}\u30fc]/u;

const known = new Map<number, number>();

/** Cuts where the script changes, as SentencePiece does in training. */
export class UnicodeScripts extends Cutter {
  protected cuts(text: string): readonly number[] {
    const cuts: number[] = [];
    let last = ANY;
    for (let i = 0; i < text.length; i += widthAt(text, i)) {
      const script = scriptOf(text.codePointAt(i)!);
      if (script === ANY) continue;
      if (script !== last) cuts.push(...(cuts.length > 0 ? [i, i] : [i]));
      last = script;
    }
    // As in the Rust library, what comes before the first script is lost.
    if (cuts.length > 0) cuts.push(text.length);
    return cuts;
  }

  toJson() {
    return { type: 'UnicodeScripts' };
  }
}

/** Index of a character's script, or `ANY`. */
function scriptOf(codePoint: number): number {
  let script = known.get(codePoint);
  if (script === undefined) {
    script = findScript(String.fromCodePoint(codePoint));
    known.set(codePoint, script);
  }
  return script;
}

function findScript(character: string): number {
  if (character === ' ') return ANY;
  if (JAPANESE.test(character)) return HAN;
  // `findIndex` gives -1, which is `ANY`, for a script that the Rust library does not know.
  return SCRIPTS.findIndex((script) => new RegExp(`\\p{sc=${script}}`, 'u').test(character));
}
