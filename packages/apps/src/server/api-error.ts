/** A request that cannot be served; sent in the form of OpenAI's errors. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: 400 | 401 | 404 | 413 | 415 | 429 | 500 | 503,
    message: string,
    /** The field of the request that is wrong. */
    readonly param: string | null = null,
  ) {
    super(message);
  }

  /** The body of the response. */
  toBody(): object {
    const type = this.status < 500 ? 'invalid_request_error' : 'server_error';
    return { error: { message: this.message, type, param: this.param, code: null } };
  }
}
