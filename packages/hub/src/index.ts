/**
 * Reads and writes model files: folders, URLs, the hub, safetensors.
 *
 * @module @llm/hub
 */
export {};
