"""An application from photos or a video, up to its first stream: `mainstream new-app` and notebook 09.

`request` says what is asked for and checks it, `material` turns photos and videos into what is trained, measured and
streamed, `training` chooses splits and settings, `words` says what was found; the steps themselves are notebook 09,
which `made` runs.
"""

from mainstream.kit.new_app.request import Request

__all__ = ["Request"]
