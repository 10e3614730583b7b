"""What a process writes to its standard error, as the settings say."""

import json
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from idp.settings import LoggingSettings


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record. Only the message is kept of what the caller gave, so nothing slips in by `extra`."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configuration(settings: "LoggingSettings") -> dict[str, Any]:
    """Return the configuration for :func:`logging.config.dictConfig`, for our loggers and the server's."""
    level = settings.level.upper()
    formatter = {
        "json": {"()": "idp.cli.logs.JsonFormatter"},
        "text": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
    }[settings.format]
    quiet = {"handlers": ["console"], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": formatter},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "chosen", "stream": "ext://sys.stderr"}
        },
        "loggers": {"_granian": dict(quiet), "granian.access": dict(quiet)},
        "root": {"handlers": ["console"], "level": level},
    }
