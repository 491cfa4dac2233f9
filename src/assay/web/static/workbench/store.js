// What this device keeps between visits: drafts, and answers that have not reached the server.

const NAME = "assay-desk";
const VERSION = 1;
const STORES = ["drafts", "outbox"];

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

/** Set once everything is deleted: a draft that is under way must not create the database again. */
let wiped = false;

/** @returns {Promise<IDBDatabase>} */
function database() {
  if (wiped) return Promise.reject(new Error("signed out: nothing is kept on this device"));
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const name of STORES) {
        if (!request.result.objectStoreNames.contains(name)) {
          request.result.createObjectStore(name, { keyPath: "key" });
        }
      }
    };
    request.onsuccess = () => {
      // Another tab that logs out must be able to delete the database under us.
      request.result.onversionchange = () => {
        request.result.close();
        opening = null;
      };
      resolve(request.result);
    };
    request.onerror = () => {
      opening = null;
      reject(request.error);
    };
  });
  return opening;
}

/**
 * @template T
 * @param {"drafts" | "outbox"} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>} resolved once the transaction is complete, not before
 */
async function within(store, mode, work) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** @typedef {{drafts: import("./drafts.js").Kept, outbox: import("./outbox.js").Letter}} Stored */

/**
 * @template {keyof Stored} S
 * @param {S} store
 * @param {Stored[S]} value
 */
export function put(store, value) {
  return within(store, "readwrite", (at) => at.put(value));
}

/**
 * @template {keyof Stored} S
 * @param {S} store
 * @param {string} key
 * @returns {Promise<Stored[S] | undefined>}
 */
export function get(store, key) {
  return within(store, "readonly", (at) => at.get(key));
}

/**
 * @template {keyof Stored} S
 * @param {S} store
 * @returns {Promise<Stored[S][]>}
 */
export function all(store) {
  return within(store, "readonly", (at) => at.getAll());
}

/**
 * @param {"drafts" | "outbox"} store
 * @param {string} key
 */
export function drop(store, key) {
  return within(store, "readwrite", (at) => at.delete(key));
}

/** How many answers have not reached the server. */
export async function waiting() {
  const names = (await indexedDB.databases?.()) ?? [{ name: NAME }];
  if (!names.some((each) => each.name === NAME)) return 0;
  return within("outbox", "readonly", (at) => at.count());
}

/** Deletes everything that the desk keeps on this device. */
export async function wipe() {
  wiped = true;
  if (opening) (await opening).close();
  opening = null;
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = () => resolve(undefined);
    request.onblocked = () => resolve(undefined);
    request.onerror = () => reject(request.error);
  });
}
