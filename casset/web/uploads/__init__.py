"""Files that people send in pieces and may go on with later: the tus 1.0.0 protocol.

An upload has a purpose, and an app says what a purpose takes, in its ``apps.py``::

    uploads.allow("visual", max_bytes=500 * 2**20, recognise=kinds.video, sentence="Send an MP4 …")

The browser's side is ``static/js/upload.js``; any tus client works at ``/api/uploads/`` if it sends
pieces of at most ``UPLOAD_PIECE_MAX_BYTES``. When a file has come in whole, the app takes it::

    with uploads.take(id, owner=user, purpose="visual") as taken:
        storage.keep(name, taken.path)

The bytes are in ``VAR_DIR/uploads/<id>`` on the disk of this machine. Several web machines share
``CASSET_VAR`` (a network disk with working ``flock``, such as NFS 4), as they do for films, so that
any of them can take the next piece. A bucket is not used: what is half there is in no one's library.

An upload lives 24 hours after its last piece; ``sweep`` removes what is older.
"""

from casset.web.uploads.purposes import Recognise, allow
from casset.web.uploads.services import Taken, finished, id_of, sweep, take

__all__ = ["Recognise", "Taken", "allow", "finished", "id_of", "sweep", "take"]
