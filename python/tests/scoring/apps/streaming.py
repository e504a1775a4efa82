import time

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request):
    def parts():
        for number in range(3):
            yield f"data: {number}\n\n"
            time.sleep(0.05)

    return AMLResponse(parts(), 200, {"Content-Type": "text/event-stream"})
