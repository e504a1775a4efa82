"""Answers by what it is told to do; the same in Azure's server and ours."""

import json
import time


def init():
    print("the script starts")


def run(data):
    try:
        order = json.loads(data) if data else {}
    except ValueError:
        return {"text": data}
    if not isinstance(order, dict):
        return order
    if "raise" in order:
        raise ValueError(order["raise"])
    if "sleep" in order:
        time.sleep(order["sleep"])
    special = {"set": {1, 2}, "none": None, "nan": float("nan"), "text": "日本"}
    return special[order["return"]] if "return" in order else {"got": order}
