// SPDX-License-Identifier: Apache-2.0
// One request to the server: bounded in the silence it bears, stoppable, and with words for each
// way an answer can be missing or be something else than data.

/** How long a request may hear nothing, from its start or between two pieces of the answer. */
export const kSilenceMsMax = 30_000;
const kMessageMax = 500;
const kSecondMs = 1_000;

export interface Failure {
  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  /** What happened, in two or three words; without it the status says it. */
  readonly title?: string;
  readonly message: string;
  readonly url: string;
  /** Loading the whole page again is what helps: a proxy wants a person to sign in. */
  readonly reloads?: boolean;
}

export class FetchError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** `left`: nobody waits for the answer any more; `stopped`: a person wished so. */
export type StopReason = 'left' | 'stopped' | 'silent';

export class Request {
  readonly url: URL;
  reason: StopReason | undefined;
  /** Decoded bytes of the body that came so far. */
  received = 0;
  private readonly controller = new AbortController();
  private readonly onPart: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: URL, onPart?: () => void) {
    this.url = url;
    this.onPart = onPart;
    this.listen();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Something came: the silence starts again. */
  hear(bytes: number): void {
    this.received += bytes;
    this.listen();
    this.onPart?.();
  }

  stop(reason: StopReason): void {
    this.reason ??= reason;
    this.end();
    this.controller.abort();
  }

  /** Nothing more is waited for. */
  end(): void {
    clearTimeout(this.timer);
  }

  private listen(): void {
    clearTimeout(this.timer);
    if (this.reason === undefined) {
      this.timer = setTimeout(() => this.stop('silent'), kSilenceMsMax);
    }
  }
}

function isWebPage(response: Response): boolean {
  return /^(text\/html|application\/xhtml)/i.test(response.headers.get('content-type') ?? '');
}

function signedOut(status: number, url: URL): FetchError {
  const message =
    'A web page came back instead of data. ' +
    'Something in front of clew may want you to sign in again.';
  return new FetchError({ status, title: 'Signed out?', message, url: url.href, reloads: true });
}

const kSignInCodes = [401, 403, 407];

async function refusalOf(response: Response, url: URL): Promise<FetchError> {
  const { status, statusText } = response;
  const isPage = isWebPage(response);
  if (isPage && kSignInCodes.includes(status)) return signedOut(status, url);
  const text = (await response.text()).slice(0, kMessageMax);
  const words = isPage ? `A web page came instead of clew’s own words: ${text}` : text;
  return new FetchError({ status, message: words || statusText, url: url.href });
}

/**
 * A sign-in page on another host cannot be read from here: the browser only says that the request
 * failed. Asked not to follow, it says whether there was a redirection.
 */
async function isSentElsewhere({ url, signal }: Request): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    return answer.type === 'opaqueredirect';
  } catch {
    return false;
  }
}

/** The answer, once it is known to be data; its body is still to come. */
export async function openAnswer(request: Request): Promise<Response> {
  const { url, signal } = request;
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: { accept: 'application/json' } });
  } catch (error) {
    if (request.reason === undefined && (await isSentElsewhere(request))) throw signedOut(0, url);
    throw error;
  }
  request.hear(0);
  if (!response.ok) throw await refusalOf(response, url);
  if (isWebPage(response)) throw signedOut(response.status, url);
  return response;
}

/** The whole body as JSON; each piece of it ends the silence. */
export async function readJson(response: Response, request: Request): Promise<unknown> {
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, out) {
      request.hear(part.length);
      out.enqueue(part);
    },
  });
  return new Response(response.body?.pipeThrough(heard)).json();
}

export async function fetchJson(url: URL, signalToStop: AbortSignal): Promise<unknown> {
  const request = new Request(url);
  const stop = () => request.stop('left');
  signalToStop.addEventListener('abort', stop);
  if (signalToStop.aborted) stop();
  try {
    return await readJson(await openAnswer(request), request);
  } finally {
    request.end();
    signalToStop.removeEventListener('abort', stop);
  }
}

/** Why there is no value, in words for the person who waits for it. */
export function failureOf(error: unknown, { url: { href: url }, reason }: Request): Failure {
  if (error instanceof FetchError) return error.failure;
  if (reason === 'stopped') {
    return { status: 0, title: 'Stopped', message: 'You stopped this request.', url };
  }
  if (reason === 'silent') {
    const message =
      `Nothing came for ${kSilenceMsMax / kSecondMs} s. ` +
      'clew may be busy, or something between may hold the answer back.';
    return { status: 0, title: 'No answer', message, url };
  }
  if (error instanceof SyntaxError) {
    const message = `The answer is not the JSON it should be: ${error.message}`;
    return { status: 200, message, url };
  }
  return { status: 0, message: 'No answer from clew: is it still running?', url };
}
