"""What can be wrong with a notice."""


class NoticeError(Exception):
    """Base of this room's errors."""


class UnknownNoticeError(NoticeError):
    """There is no such notice, or it was told already."""
