/* Sending a file in pieces: it goes on after a lost connection, a reload or a closed lid.

   const sending = upload({ file, purpose: "visual", onProgress: ({ share }) => … });
   const id = await sending.id;      // the upload's id, to be handed to the form that uses it
   sending.abort();                  // stop, and forget what was sent

   `sending.id` is rejected with an Error whose message is a sentence to show and whose `code` is the
   server's (NO_CONNECTION where it was not reached), or with an AbortError. After NO_CONNECTION the
   same file, sent again, goes on where it stopped. The library is fetched with the first upload.
   The page must carry a CSRF token ({% csrf_token %} in any form), or there is no cookie to send. */
import { csrfToken } from "./acts.js";

const ENDPOINT = "/api/uploads/";
const PIECE_BYTES = 4 * 2 ** 20; // the server takes 8 MB; less is lost with a connection
const PAUSES_MS = [500, 1500, 4000, 8000, 15000, 30000]; // from the last piece that got through

/** What the server said of itself, else a sentence of ours: { message, code, retryable, status }. */
function read(error) {
  const answer = error.originalResponse;
  const status = answer?.getStatus() ?? 0;
  try {
    return { ...JSON.parse(answer.getBody()).error, status };
  } catch {
    // a proxy's page, no body (HEAD), or no answer at all
  }
  return status
    ? {
        code: "UNREADABLE",
        message: `The server answered with ${status}. Send the file again; it goes on where it stopped.`,
        retryable: status >= 500 || status === 409 || status === 423,
        status,
      }
    : {
        code: "NO_CONNECTION",
        message: "The connection is lost. Send the same file again; it goes on where it stopped.",
        retryable: true,
        status,
      };
}

/** Another try may help: not a quota, and not what was refused for good. */
function mayPass({ code, retryable, status }) {
  return status === 409 || (retryable && code !== "QUOTA_EXCEEDED");
}

/** The same file for the same purpose is found again after a reload. */
const fingerprint = (file, purpose) =>
  ["casset", purpose, file.name, file.size, file.lastModified].join("-");

export function upload({ file, purpose, onProgress = () => {}, signal }) {
  let sending = null;
  let refuse;
  let isOver = false;

  const id = new Promise((resolve, reject) => {
    refuse = (error) => {
      isOver = true;
      reject(error);
    };
    begin(resolve).catch(() =>
      fail({ code: "NO_CONNECTION", message: "The page cannot send files now. Reload it, then try again." }),
    );
  });

  function fail({ code, message, status }) {
    refuse(Object.assign(new Error(message), { code, status }));
  }

  async function begin(resolve) {
    if (signal?.aborted) return abort();
    await import("./vendor/tus.min.js");
    if (isOver) return;
    sending = new window.tus.Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PIECE_BYTES,
      retryDelays: PAUSES_MS,
      metadata: { filename: file.name, purpose },
      fingerprint: async () => fingerprint(file, purpose),
      removeFingerprintOnSuccess: true,
      // The newest token, also where one signed in again in another tab meanwhile.
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
      onShouldRetry: (error) => mayPass(read(error)),
      onProgress: (sentBytes, totalBytes) => {
        if (!isOver) onProgress({ sentBytes, totalBytes, share: totalBytes ? sentBytes / totalBytes : 0 });
      },
      onError: (error) => fail(read(error)),
      onSuccess: () => {
        isOver = true;
        resolve(sending.url.split("/").pop());
      },
    });
    const [before] = await sending.findPreviousUploads();
    if (isOver) return;
    if (before) sending.resumeFromPreviousUpload(before);
    sending.start();
  }

  function abort() {
    if (isOver) return;
    refuse(new DOMException("Stopped.", "AbortError"));
    // It expires by itself where the server is not told.
    sending?.abort(true).catch(() => {});
  }

  signal?.addEventListener("abort", abort, { once: true });
  return { id, abort };
}
