// The shapes that more than one module speaks of. Types only: nothing here reaches the browser.

export type State = 'saved' | 'sending' | 'accepted' | 'attention' | 'purged';
/** The word a person sees for a record's state (words.js: `state.<word>`). */
export type Word = 'waiting' | 'sending' | 'received' | 'held' | 'needs';

/** Where a record belongs on the phone's own pages. Never sent. */
export interface About { round?: string | null; checkpoint?: string | null; name?: string; place?: string; form?: string }

/** `original`: the digest of the picture before it was made smaller and stamped. */
export interface Photo { sha256: string; bytes: number; mime: string; original?: string }
/** A photo in line: the record names it, its bytes lie in the store `photos`. */
export interface PhotoItem extends Photo {
  done: boolean; tries: number; nextAt: number; firstFailAt: number | null;
  /** Why a person must look: 'broken' | 'too-big' | 'not-a-picture' | 'refused' | 'missing' | 'stuck'. */
  stuck: string | null;
}

export interface Receipt {
  status: 'accepted' | 'duplicate' | 'held'; receipt: string; reason: string | null; message: string | null;
  received_at: string; epoch: string; at: number;
}

/** One record in the outbox. `payload` and `sha256` never change once saved. */
export interface Item {
  id: string; seq: number; kind: string; author: string; device: string; about: About;
  payload: string | null; sha256: string; bytes: number; savedAt: number;
  state: State; tries: number; nextAt: number; firstFailAt: number | null;
  lease: { by: string; until: number } | null;
  error: { code: string; text: string | null; at: number } | null;
  receipt: Receipt | null;
  photos: PhotoItem[];
  /** The sha256 of the photos whose bytes this record still needs here (index `photo`). */
  photoIds: string[];
}

export interface Ticket {
  ticket: string; person: string; device: string; expires_at: string;
  gotAt: number; refused: boolean;
}

export interface Position { lat: number; lon: number; accuracy_m: number; at: string }
export interface NewPhoto { data: ArrayBuffer; mime: string; original?: string }
export interface RecordOptions {
  id?: string; photos?: NewPhoto[]; position?: Position | null; note?: string;
  supersedes?: string | null; after?: string[]; about?: About;
}

/** A change to one stored record. `reoffer` is the one way back from accepted (the server lost it). */
/** `under`: the epoch of the receipt beside which `patch.photos` was learned. */
export interface Change { id: string; patch: Partial<Item>; reoffer?: boolean; under?: string }

/** What came back from a call: a reply of any kind, or none. */
export type Answer =
  | { kind: 'reply'; status: number; json: any; retryAfter: number | null; offset?: number | null }
  | { kind: 'none'; why: 'timeout' | 'network' };

export type Trouble = null | 'offline' | 'portal' | 'busy' | 'sign-in' | 'refused' | 'storage' | 'full';

export interface Core {
  items: Map<string, Item>; tickets: Ticket[]; epoch: string | null;
  nonce: string | null; pinged: boolean; bare: boolean; contactAt: number;
  /** The server wants records in a newer envelope than this release makes. */ outdated: boolean;
  /** By how much this phone's clock is ahead of the server's, in ms; NaN before the first contact. */ ahead: number;
  limit: number; most: number; cappedAt: number; fails: number; pausedUntil: number; notBefore: number; refusedInRow: number;
  trouble: Trouble; askedAt: Map<string, number>;
  /** A record could not be saved for want of room. */ pressed: boolean;
}

export interface Env { now: number; random: () => number; self: string }

export type Event =
  | { type: 'load'; reason: string; items: Item[]; tickets: Ticket[]; epoch: string | null; sole: boolean; updated: boolean;
      /** What the server last said to any page or worker of this phone (Retry-After). */ notBefore?: number }
  | { type: 'pinged'; answer: Answer }
  | { type: 'posted'; ids: string[]; key: string; answer: Answer; broken: string[] }
  | { type: 'photographed'; sha256: string; author: string; key: string; answer: Answer | null; broken: 'broken' | 'missing' | null }
  | { type: 'had'; ids: string[]; key: string; answer: Answer };

export type Effect =
  | { do: 'store'; changes: Change[]; refuse: string[]; epoch: string | null }
  | { do: 'ping'; nonce: string; key: string | null }
  | { do: 'post'; ids: string[]; key: string }
  | { do: 'photo'; sha256: string; author: string; mime: string; bytes: number; key: string }
  | { do: 'have'; ids: string[]; key: string }
  | { do: 'rest'; at: number | null; trouble: Trouble; outdated: boolean };

export interface Status { trouble: Trouble; outdated: boolean; at: number; wakeAt: number | null; clockOffMs: number | null }

export interface Draft { key: string; person: string; id: string; values: Record<string, any>; photos: NewPhoto[]; at: number }

export interface PackPoint {
  checkpoint: string; order: number; order_fixed: boolean; not_before: string | null; due_until: string; min_interval_s: number;
  scanned_at: string | null; questions: any[];
}
export interface PackRound {
  id: string; name: string; site: string; starts_at: string; early_from: string; due_until: string; closes_at: string; state: string;
  points: PackPoint[];
}
/** An order that is this person's, or on offer to them. `checkpoints`: the points at its place. */
export interface PackOrder {
  id: string; number: string; type: string; text: string; state: string; mine: boolean; steps: string[]; changed: string; checkpoints: string[];
}
/** A checklist that may be filled in: at these points (null: anywhere at the site), between these local times. */
export interface PackList { id: string; plan: string | null; name: string; site: string; points: string[] | null; due: string[]; from: string | null; until: string | null }
/** What carries a label. `due`: maintenance of the next weeks, `on` a day; `last`: what the meter showed. */
export interface PackMachine { id: string; number: string; name: string; class?: string; status: string; due: { name: string; on: string }[] }
export interface PackMeter { id: string; number: string; name: string; unit: string; digits: number; last?: string; last_at?: string }
export interface Pack {
  here?: Record<string, { machines: PackMachine[]; meters: PackMeter[] }>;
  lists?: PackList[];
  language?: string;
  /** The storm modes that were on at the person's sites. */
  storms?: string[];
  waiting?: string[];
  /** The highest number of this device that the server knows of. */
  seq: number;
  person: { id: string; name: string }; device: string; made_at: string; revision: string; build: string; day: string;
  pages: string[]; photos: string[]; salt: string;
  labels: Record<string, { checkpoint: string; version: number; current: boolean }>;
  checkpoints: Record<string, { name: string; place: string; number: string; instructions: string; site: string; lat: number | null; lon: number | null; fence_m: number | null; /** A treatment: people keep off. */ keep_off?: { until: string; what: string } }>;
  rounds: PackRound[]; orders: PackOrder[]; posts: { checkpoint: string; name: string }[]; colleagues: { id: string; name: string }[]; sites: { slug: string; name: string }[];
}
