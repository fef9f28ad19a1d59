// IndexedDB, as far as store.js asks for it through the library `idb`: transactions that happen wholly or not at all, and a phone that
// may die, be full, or have lost its connection at any of them. hooks.mjs puts this in idb's place; store.js is the real one.
import { never, settled, stage } from './stage.mjs';

/** @typedef {{keyPath: string | null, rows: Map<string, any>, indexes: Map<string, {path: string, multi: boolean}>}} Table */
/** @typedef {Map<string, Table>} Database */

/** @param {string} name @param {number | undefined} _version @param {{upgrade: (db: any, from: number) => unknown}} how */
export async function openDB(name, _version, { upgrade }) {
  return new Handle(name, upgrade);
}

/** @param {Database} tables @param {string} store @param {string | null} keyPath */
function addTable(tables, store, keyPath) {
  /** @type {Table} */ const table = { keyPath, rows: new Map(), indexes: new Map() };
  tables.set(store, table);
  return {
    createIndex: (/** @type {string} */ index, /** @type {string} */ path, /** @type {any} */ { multiEntry = false } = {}) =>
      table.indexes.set(index, { path, multi: multiEntry }),
  };
}

/** A connection. It serves whichever phone is at work: all phones share the module that holds it. */
class Handle {
  /** @param {string} name @param {(db: any, from: number) => unknown} upgrade */
  constructor(name, upgrade) {
    this.name = name;
    this.upgrade = upgrade;
  }

  /** @param {string | string[]} stores @param {string} [mode] */
  transaction(stores, mode = 'readonly') {
    const { phone } = stage.context;
    if (phone.faults.connectionLost()) throw new DOMException('The database connection is closing.', 'InvalidStateError');
    return new Transaction(this.#tables(phone), [stores].flat(), mode);
  }

  /** @param {any} phone @returns {Database} made when the phone asks for it first */
  #tables(phone) {
    const known = phone.databases.get(this.name);
    if (known) return known;
    /** @type {Database} */ const tables = new Map();
    const db = { createObjectStore: (/** @type {string} */ store, /** @type {any} */ { keyPath = null } = {}) => addTable(tables, store, keyPath) };
    this.upgrade(db, 0);
    phone.databases.set(this.name, tables);
    return tables;
  }

  /** @param {string} store @param {string} mode @param {(store: Store) => Promise<any>} ask */
  async #one(store, mode, ask) {
    if (!stage.context.alive) return never;
    const tx = this.transaction(store, mode);
    const [found] = await Promise.all([ask(tx.objectStore(store)), mode === 'readwrite' ? tx.done : null]);
    return found;
  }

  /** @param {string} store @param {string} key */
  get(store, key) { return this.#one(store, 'readonly', (on) => on.get(key)); }
  /** @param {string} store @param {any} [query] */
  getAll(store, query) { return this.#one(store, 'readonly', (on) => on.getAll(query)); }
  /** @param {string} store */
  getAllKeys(store) { return this.#one(store, 'readonly', (on) => on.getAllKeys()); }
  /** @param {string} store @param {any} value @param {string} [key] */
  put(store, value, key) { return this.#one(store, 'readwrite', (on) => on.put(value, key)); }
  /** @param {string} store @param {string} key */
  delete(store, key) { return this.#one(store, 'readwrite', (on) => on.delete(key)); }
}

class Transaction {
  /** @param {Database} tables @param {string[]} stores @param {string} mode */
  constructor(tables, stores, mode) {
    this.context = stage.context;
    this.tables = tables;
    this.mode = mode;
    this.stores = stores;
    this.open = true;
    this.pending = 0;
    /** @type {Map<Table, Map<string, any>>} undefined: deleted */ this.written = new Map();
    /** @type {Promise<void>} */
    this.done = new Promise((resolve, reject) => { this.complete = resolve; this.fail = reject; });
    this.done.catch(() => {});
    /** @type {Promise<unknown>} writers go one after the other */ this.turn = Promise.resolve();
    if (mode === 'readwrite') {
      const { phone } = this.context;
      this.turn = phone.lastWriter;
      phone.lastWriter = this.turn.then(() => Promise.race([this.done.catch(() => {}), this.context.death]));
    }
    settled().then(() => this.#maybeCommit());
  }

  get store() { return this.objectStore(this.stores[0]); }

  /** @param {string} name */
  objectStore(name) { return new Store(this, /** @type {Table} */ (this.tables.get(name))); }

  /** @template T @param {() => T} ask @returns {Promise<T>} */
  async request(ask) {
    this.pending += 1;
    await this.turn;
    this.pending -= 1;
    if (!this.context.alive) return never;
    if (!this.open) throw new DOMException('The transaction has finished.', 'TransactionInactiveError');
    this.pending += 1;
    stage.moves += 1;
    try {
      return ask();
    } catch (error) {
      this.abort(error);
      throw error;
    } finally {
      this.pending -= 1;
      settled().then(() => this.#maybeCommit());
    }
  }

  /** A transaction is over when a turn of the loop brought nothing new to ask. */
  #maybeCommit() {
    if (!this.open || this.pending > 0 || !this.context.alive) return;
    const { faults } = this.context.phone;
    const end = this.written.size ? faults.atCommit(this.stores) : 'good';
    if (end === 'full') return this.abort(new DOMException('', 'QuotaExceededError'));
    if (end === 'aborted') return this.abort(null);
    this.open = false;
    stage.moves += 1;
    if (end === 'dies-before') return void faults.die(this.context);
    for (const [table, rows] of this.written) {
      for (const [key, value] of rows) if (value === undefined) table.rows.delete(key); else table.rows.set(key, value);
    }
    if (end === 'dies-after') return void faults.die(this.context);
    this.complete?.();
  }

  /** @param {unknown} [error] */
  abort(error = new DOMException('aborted', 'AbortError')) {
    if (!this.open) throw new DOMException('The transaction has finished.', 'InvalidStateError');
    this.open = false;
    this.fail?.(error);
  }
}

class Store {
  /** @param {Transaction} tx @param {Table} table */
  constructor(tx, table) {
    this.tx = tx;
    this.table = table;
  }

  /** @param {string} key @returns {any} */
  #see(key) {
    const own = this.tx.written.get(this.table);
    return own?.has(key) ? own.get(key) : this.table.rows.get(key);
  }

  /** @returns {[string, any][]} */
  #all() {
    const own = this.tx.written.get(this.table);
    const rows = own ? new Map([...this.table.rows, ...own]) : this.table.rows;
    return [...rows].filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** @param {string} key @param {any} value */
  #write(key, value) {
    if (this.tx.mode !== 'readwrite') throw new DOMException('readonly', 'ReadOnlyError');
    const own = this.tx.written.get(this.table) ?? new Map();
    this.tx.written.set(this.table, own.set(key, structuredClone(value)));
  }

  /** @param {any} value @param {string} [key] */
  #key(value, key) { return this.table.keyPath ? value[this.table.keyPath] : key; }

  /** @param {string} key */
  get(key) { return this.tx.request(() => structuredClone(this.#see(key))); }
  /** @param {{lower: string, upper: string}} [range] */
  getAll(range) { return this.tx.request(() => this.#all().filter(([key]) => !range || (key >= range.lower && key <= range.upper)).map(([, value]) => structuredClone(value))); }
  getAllKeys() { return this.tx.request(() => this.#all().map(([key]) => key)); }
  /** @param {any} value @param {string} [key] */
  put(value, key) { return this.tx.request(() => this.#write(this.#key(value, key), value)); }
  /** @param {string} key */
  delete(key) { return this.tx.request(() => this.#write(key, undefined)); }

  /** @param {any} value @param {string} [key] */
  add(value, key) {
    return this.tx.request(() => {
      if (this.#see(this.#key(value, key)) !== undefined) throw new DOMException('there already', 'ConstraintError');
      this.#write(this.#key(value, key), value);
    });
  }

  /** @param {string} name */
  index(name) {
    const { path, multi } = /** @type {{path: string, multi: boolean}} */ (this.table.indexes.get(name));
    const found = (/** @type {string} */ key) => this.#all().filter(([, value]) => (multi ? value[path].includes(key) : value[path] === key));
    return {
      getAll: (/** @type {string} */ key) => this.tx.request(() => found(key).map(([, value]) => structuredClone(value))),
      count: (/** @type {string} */ key) => this.tx.request(() => found(key).length),
    };
  }
}
