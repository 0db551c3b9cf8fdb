import { type TrainingSettings, translationOptions } from './settings.ts';

/** What the program trains. */
export interface ProgramParts {
  readonly name: string;
  readonly settings: TrainingSettings;
  readonly device: string;
  /** Name of the file of pairs; undefined for those that come with the page. */
  readonly file: string | undefined;
}

/** The training as a program for Node. */
export function programOf({ name, settings, device, file }: ProgramParts): string {
  const options = JSON.stringify(translationOptions(settings), null, 2);
  const folder = JSON.stringify(`./${name}`);
  const setDevice = device === 'auto' ? '' : `\nsetDefaultDevice(${JSON.stringify(device)});`;
  const pairs = file
    ? `const rows = await loadDataset(${JSON.stringify(file)}, { columns: { source: 'text', target: 'text' } });
const pairs = Array.from(rows as Iterable<TranslationPair>, ({ source, target }) => ({ source, target, origin: 'workbench' as const }));`
    : `// The page learns the short ones of these strings. In Node they are read from packages:
// npm install @codingame/monaco-vscode-api@25.1.2 @codingame/monaco-vscode-language-pack-de@25.1.2
const strings = await readUserInterfaceStrings('de');
const pairs = strings.pairs.filter(({ source, target }) => source.length <= 40 && target.length <= 52);`;
  const names = [
    ...(file ? [] : ['readUserInterfaceStrings']),
    'saveModelFolder',
    'splitCorpus',
    'toTask',
    ...(file ? ['type TranslationPair'] : []),
    'TranslationTraining',
    'Translator',
    'translationSettings',
  ];
  return `import { ${names.join(', ')} } from '@llm/apps';
${device === 'auto' ? '' : "import { setDefaultDevice } from '@llm/nn';\n"}import { ${file ? 'loadDataset, ' : ''}progressBar } from '@llm/train';
${setDevice}
${pairs}
const settings = translationSettings(${options});
const task = await toTask(splitCorpus(pairs), settings);
const training = new TranslationTraining(settings, task);
await training.run({ callbacks: [progressBar()] });

const translator = new Translator(training.model.eval(), task.tokenizer);
console.log(await translator.translate(['Open the file']));
await saveModelFolder(${folder}, training.model, task.tokenizer);
`;
}
