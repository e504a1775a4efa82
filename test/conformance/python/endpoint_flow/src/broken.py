def init():
    raise RuntimeError("this script never starts")


def run(raw_data):
    return raw_data
