"""An application from photos or a video, up to its first stream: `mainstream new-app` and notebook 09.

`request` says what is asked for and checks it, `material` turns photos and videos into what is trained, measured and
streamed, `steps` does the work, `report` shows it, `example` draws something to try it on.
"""

from mainstream.kit.new_app.request import Request

__all__ = ["Request"]
