/**
 * A run that the crash test kills: saves after each step, goes on from what is there, and says when it has begun.
 */
import { crashTrainer } from './crash-run.ts';

const trainer = crashTrainer(process.argv[2]!);
trainer.add_callback({ on_save: () => void process.stdout.write('saved\n') });
await trainer.train({ resume_from_checkpoint: 'auto' });
