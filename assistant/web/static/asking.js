// Asks the server: JSON in, JSON out; what was refused becomes an Error with the server's sentence.
// While a turn goes on the server answers at once that the room is taken: who can wait asks again.

const TAKEN = 423;
const AGAIN_AFTER_MS = 250;

export async function ask(path, method = "GET", body = undefined) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("Gainsay does not answer: is it still running?");
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const error = new Error(told.error ?? `the server refused that (${answer.status})`);
  throw Object.assign(error, { status: answer.status });
}

// The same for as long as the room is taken; waits() says whether to go on, and is told each time.
export async function askInTurn(path, body, waits = () => true) {
  for (;;) {
    try {
      return await ask(path, "POST", body);
    } catch (error) {
      if (error.status !== TAKEN || !waits()) throw error;
      await new Promise((done) => setTimeout(done, AGAIN_AFTER_MS));
    }
  }
}

export const tell = (name, detail = {}) =>
  window.dispatchEvent(new CustomEvent(`gainsay:${name}`, { detail }));
