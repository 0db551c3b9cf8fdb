import { scalar, tensor, zeros } from '../../creation.ts';
import { dropout } from '../../functional/dropout.ts';
import { Generator, manualSeed, rand } from '../../random.ts';
import { guarded } from '../../trace.ts';
import { Variable } from '../../variable.ts';
import { expectThat, expectValues, runners, type StateCase } from './check.ts';

/** Randomness, modes and rates. */
export const settingCases: readonly StateCase[] = [
  {
    name: 'two dropouts in one expression differ, and a second call differs from the first',
    async run(runner) {
      const generator = new Generator(7);
      const x = tensor(new Float32Array(64).fill(1));
      const f = runner(() => [dropout(x, 0.5, { generator }), dropout(x, 0.5, { generator })]);
      const results = [...(await f()), ...(await f())];
      const values = await Promise.all(results.map(async (y) => (await y.data()).join()));
      expectThat(`dropouts repeat: ${values.join(' | ')}`, new Set(values).size === 4);
    },
  },
  {
    name: 'the draws are those of the stream, however they are made',
    async run(runner) {
      const wanted = new Generator(11);
      const generator = new Generator(11);
      const f = runner(() => [rand([5], generator), rand([3], generator)]);
      for (let call = 0; call < 3; call++) {
        const [a, b] = await f();
        await expectValues('first', a!, [...(await rand([5], wanted).data())]);
        await expectValues('second', b!, [...(await rand([3], wanted).data())]);
      }
      expectThat(`position is ${generator.position}, want 6`, generator.position === 6);
      generator.position = 2;
      const [again] = await f();
      await expectValues('resumed', again!, [...(await rand([5], new Generator(11, 2)).data())]);
    },
  },
  {
    name: 'manualSeed starts the default stream anew',
    async run(runner) {
      const f = runner(() => rand([4]));
      manualSeed(3);
      const first = [...(await (await f()).data())];
      await f();
      manualSeed(3);
      await expectValues('same seed', await f(), first);
      manualSeed(4);
      const other = [...(await (await f()).data())];
      expectThat('another seed gives the same numbers', other.join() !== first.join());
    },
  },
  {
    name: 'a setting that changes is seen at the next call',
    async run(runner) {
      const module = { training: true };
      const f = runner(() => (guarded(() => module.training) ? tensor([1]) : tensor([2])).mul(10));
      await expectValues('training', await f(), [10]);
      module.training = false;
      await expectValues('evaluating', await f(), [20]);
      module.training = true;
      await expectValues('training again', await f(), [10]);
    },
  },
  {
    name: 'a rate in a variable changes without a new trace',
    async run(runner) {
      let calls = 0;
      const rate = new Variable(scalar(0.5), { trainable: false });
      const weight = new Variable(zeros([2]));
      const step = runner(() => {
        calls++;
        weight.assign(weight.sub(rate));
      });
      for (const value of [0.5, 0.25, 2]) {
        rate.assign(scalar(value));
        await step();
      }
      await expectValues('weight', weight, [-2.75, -2.75]);
      expectThat(`ran ${calls} times`, calls === (runner === runners.compiled ? 1 : 3));
    },
  },
  {
    name: 'freezing a variable is seen at the next call',
    async run(runner) {
      const [a, b] = [new Variable(tensor([1])), new Variable(tensor([2]))];
      const f = runner(() => {
        a.mul(b).sum().backward();
        const sum = [a.grad, b.grad]
          .flatMap((gradient) => gradient ?? [])
          .reduce((total, gradient) => total.add(gradient));
        a.zeroGrad();
        b.zeroGrad();
        return sum;
      });
      await expectValues('both', await f(), [3]);
      b.trainable = false;
      await expectValues('a alone', await f(), [2]);
    },
  },
];
