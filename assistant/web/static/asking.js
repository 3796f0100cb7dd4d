// Asks the server: JSON in, JSON out; what was refused becomes an Error with the server's sentence.

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
  if (!answer.ok) throw new Error(told.error ?? `the server refused that (${answer.status})`);
  return told;
}

export const tell = (name, detail = {}) =>
  window.dispatchEvent(new CustomEvent(`gainsay:${name}`, { detail }));
