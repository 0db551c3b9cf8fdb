export {
  type MBartConfig,
  MBartForConditionalGeneration,
  mbartConfig,
  mbartConfigNames,
} from './mbart.ts';
