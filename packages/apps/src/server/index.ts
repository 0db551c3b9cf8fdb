/**
 * Models behind an HTTP API.
 *
 * @module
 */
export { createServer, type ServerOptions } from './create-server.ts';
