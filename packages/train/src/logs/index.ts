export { htmlReport, reportPage } from './html-report.ts';
export { jsonlLogger } from './jsonl.ts';
export { tensorBoardLogger } from './tensorboard.ts';
