// Sends one file with its progress; fetch cannot tell how much of a body has gone, so XMLHttpRequest.

const MOST_REFUSED = 413; // beyond the limits: the rest need not be sent

export function send(path, file, signal, onBytes) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onBytes(event.loaded));
    request.addEventListener("load", () => {
      const answer = request.response ?? {};
      if (request.status === MOST_REFUSED) reject(new Error(answer.error ?? "that is too large"));
      else resolve(request.status < 400 ? answer : { error: answer.error ?? `refused (${request.status})` });
    });
    request.addEventListener("error", () => reject(new Error("the file could not be sent: is Gainsay still running?")));
    request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
