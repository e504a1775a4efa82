def init():
    pass


def run(data, request_headers):
    return {"data": data, "own": request_headers.get("X-Own"), "type": request_headers.get("Content-Type")}
