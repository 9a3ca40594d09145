/**
 * Fetches, and where there is no network says what was wanted and what to do instead.
 * @param instead what makes the request unnecessary
 */
export async function reach(url: string | URL, init: RequestInit, instead: string): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const { message, cause } = error as Error;
    const reason = cause instanceof Error && cause.message !== "" ? cause.message : message;
    throw new Error(`could not reach ${String(url)} (${reason}). Without a network, ${instead}`, { cause: error });
  }
}
