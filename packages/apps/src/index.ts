/**
 * Pipelines, the command line and applications.
 *
 * @module @llm/apps
 */
export {};
