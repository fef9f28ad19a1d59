/** One call to the intake. Whatever happens becomes an Answer; nothing is thrown, nothing is followed, nothing is cached. */

/** @import { Answer } from '../types' */

const TIMEOUT_MS = 30_000;

/**
 * @param {string} url
 * @param {{method?: string, ticket?: string | null, json?: unknown, body?: BodyInit, mime?: string, headers?: Record<string, string>, timeout?: number}} options
 * @returns {Promise<Answer>}
 */
export async function call(url, { method = 'GET', ticket = null, json, body, mime, headers = {}, timeout = TIMEOUT_MS }) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  try {
    const reply = await fetch(url, {
      method, signal: abort.signal, redirect: 'error', cache: 'no-store', credentials: 'omit',
      headers: {
        ...headers, Accept: 'application/json',
        ...(ticket ? { Authorization: `Ticket ${ticket}` } : {}),
        ...(json !== undefined ? { 'Content-Type': 'application/json' } : mime ? { 'Content-Type': mime } : {}),
      },
      body: json !== undefined ? JSON.stringify(json) : body,
    });
    const offset = reply.headers.get('Upload-Offset');
    return {
      kind: 'reply', status: reply.status, json: await jsonOf(reply), retryAfter: retryAfter(reply.headers.get('Retry-After'), Date.now()),
      offset: offset === null ? null : Number(offset),
    };
  } catch {
    return { kind: 'none', why: abort.signal.aborted ? 'timeout' : 'network' };
  } finally {
    clearTimeout(timer);
  }
}

/** A reply cut short, or a portal's HTML, is an answer without content. @param {Response} reply */
async function jsonOf(reply) {
  const text = await reply.text();
  try { return JSON.parse(text); } catch { return null; }
}

/** Seconds or a date, in milliseconds from now; never more than an hour on a stranger's word.
 * @param {string | null} value @param {number} now @returns {number | null} */
export function retryAfter(value, now) {
  if (!value) return null;
  const wait = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), 3_600_000) : null;
}
