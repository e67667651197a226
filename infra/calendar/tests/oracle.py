"""What croniter makes of the expressions on standard input: a JSON list of
{"unix", "aws", "zone", "start", "end"} (times in seconds since 1970), answered by a list of
{"unix": [seconds, …], "aws": [seconds, …]}: the firings after the start, up to the end."""

import json
import re
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter


def from_aws(expression):
    """Read by EventBridge's documentation alone: no code is shared with what is judged."""
    fields = re.fullmatch(r"cron\((.*)\)", expression).group(1).split(" ")
    minute, hour, day, month, weekday, year = ["*" if field == "?" else field for field in fields]
    if re.fullmatch(r"\d[#L]\d?", weekday):
        # Sunday is 1 there and 0 here.
        number = int(weekday[0]) - 1
        weekday = f"L{number}" if weekday.endswith("L") else f"{number}{weekday[1:]}"
    # croniter's sixth field is the second, its seventh the year.
    return f"{minute} {hour} {day} {month} {weekday} 0 {year}"


def from_unix(expression):
    """croniter writes the last Friday the other way around."""
    return re.sub(r"\b(\d)L$", r"L\1", expression)


def firings(expression, zone, start, end):
    times = croniter(expression, datetime.fromtimestamp(start, ZoneInfo(zone)), ret_type=float)
    found = []
    while not found or found[-1] <= end:
        found.append(int(times.get_next()))
    return found[:-1]


def judge(case):
    span = (case["zone"], case["start"], case["end"])
    return {
        "unix": firings(from_unix(case["unix"]), *span),
        "aws": firings(from_aws(case["aws"]), *span),
    }


json.dump([judge(case) for case in json.load(sys.stdin)], sys.stdout)
