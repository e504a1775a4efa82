from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    assert AMLRequest is not None


@rawhttp
def run(request):
    status = int(request.args.get("status", "200"))
    if "json" in request.args:
        return AMLResponse({"method": request.method, "json": request.get_json(silent=True)}, status, {}, json_str=True)
    if "file" in request.args:
        file = request.files["image"]
        return AMLResponse(f"{file.filename}:{len(file.read())}:{request.form['note']}", 200)
    headers = {"Content-Type": "image/png", "X-Own": "a, b"}
    return AMLResponse(request.get_data()[::-1], status, headers)
