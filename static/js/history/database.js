/* Transport: IndexedDB → promises. Two stores: `chats` by id, and `messages` by id with an index on their chat,
   so that a growing answer is written alone. */

const NAME = "lpu-playground";
const VERSION = 1;
const STORES = ["chats", "messages"];

/** Rejects where the browser keeps nothing for this page. */
export function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("chats", { keyPath: "id" });
      request.result.createObjectStore("messages", { keyPath: "id" }).createIndex("chat", "chat");
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => database.close();
      resolve(database);
    };
  });
}

/** `work({chats, messages})` is one transaction: whole, or not at all. Gives what the work gives. */
export function inTransaction(database, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORES, mode);
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error);
    const [chats, messages] = STORES.map((name) => transaction.objectStore(name));
    work({ chats, messages }).then(
      (value) => (result = value),
      (error) => {
        reject(error);
        abort(transaction);
      },
    );
  });
}

export function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** One that has failed is over already. */
function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // it has ended by itself
  }
}
