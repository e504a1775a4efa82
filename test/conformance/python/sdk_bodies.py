"""Prints the bodies that azure-ai-ml would send for YAML files, without a server.

Arguments: the folder of the examples; standard input: a JSON list of [path, noun].
Output: a JSON object by path: {"body": ...} or {"error": ...}. Ids of what would be uploaded are fixed words, and the
id of a component made on the way is replaced by {"$component": its specification}, so that two clients can be compared.
"""

import json
import logging
import os
import re
import sys
import threading
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import azure.ai.ml.operations._component_operations as component_operations
import azure.ai.ml.operations._job_operations as job_operations
from azure.ai.ml import MLClient, load_component, load_job
from azure.ai.ml.entities._load_functions import load_schedule
from azure.ai.ml.operations._operation_orchestrator import OperationOrchestrator
from azure.ai.ml.entities._job.to_rest_functions import to_rest_job_object
from azure.core.credentials import AccessToken

WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
MARK = re.compile(r"component#(\d+)#")


class Credential:
    def get_token(self, *scopes, **options):
        return AccessToken("x.e30.x", 4102444800)


specifications = []
lock = threading.Lock()


def remember(component):
    # The rest form of the typed client is a mapping with the names of the wire.
    with lock:
        specifications.append(as_json(component._to_rest_object())["properties"])
        return f"{WORKSPACE}/components/component#{len(specifications) - 1}#/versions/1"


def as_json(rest):
    from azure.ai.ml._restclient.arm_ml_service._utils.model_base import SdkJSONEncoder

    return json.loads(json.dumps(rest, cls=SdkJSONEncoder, exclude_readonly=True))


def patch(client):
    def component_id(self, component):
        client.components._resolve_arm_id_or_upload_dependencies(component)
        component._is_anonymous = True
        return remember(component)

    def labelled(self, asset, kind):
        name, _, label = str(asset).partition("@")
        return (name, label) if label else (None, None)

    OperationOrchestrator._get_component_arm_id = component_id
    OperationOrchestrator._get_code_asset_arm_id = lambda self, code, register_asset=True: f"{WORKSPACE}/codes/code/versions/1"
    OperationOrchestrator._get_environment_arm_id = (
        lambda self, environment, register_asset=True: f"{WORKSPACE}/environments/inline/versions/1"
    )
    OperationOrchestrator._resolve_name_version_from_name_label = labelled
    job_operations._upload_and_generate_remote_uri = lambda scope, operations, path, **options: "azureml://uploaded"
    component_operations.ComponentOperations._get_client_key = lambda self: f"key-{len(specifications)}-{os.getpid()}"
    for name in ("_resolve_cache_contents_from_disk",):
        from azure.ai.ml._utils._cache_utils import CachedNodeResolver

        setattr(CachedNodeResolver, "_load_from_on_disk_cache", lambda self, *a, **k: None)
        setattr(CachedNodeResolver, "_save_to_on_disk_cache", lambda self, *a, **k: None)


def expand(value):
    if isinstance(value, dict):
        return {key: expand(item) for key, item in value.items()}
    if isinstance(value, list):
        return [expand(item) for item in value]
    found = MARK.search(value) if isinstance(value, str) else None
    return {"$component": expand(specifications[int(found.group(1))])} if found else value


def body_of(client, path, noun):
    if noun == "component":
        component = load_component(path)
        client.components._resolve_arm_id_or_upload_dependencies(component)
        return as_json(component._to_rest_object())
    if noun == "schedule":
        schedule = load_schedule(path)
        schedule._validate(raise_error=True)
        from azure.ai.ml.entities import Job

        if isinstance(getattr(schedule, "create_job", None), Job):
            client.jobs._resolve_arm_id_or_upload_dependencies(schedule.create_job)
        return as_json(schedule._to_rest_object())
    job = load_job(path)
    client.jobs._validate(job, raise_on_failure=True)
    client.jobs._resolve_arm_id_or_upload_dependencies(job)
    return as_json(to_rest_job_object(job))


def main():
    root = sys.argv[1]
    client = MLClient(Credential(), "s", "g", "w")
    patch(client)
    client.jobs._try_get_compute_arm_id = lambda compute: compute
    results = {}
    for path, noun in json.load(sys.stdin):
        try:
            results[path] = {"body": expand(body_of(client, os.path.join(root, path), noun))}
        except Exception as error:
            results[path] = {"error": f"{type(error).__name__}: {error}"[:1500]}
    json.dump(results, sys.stdout)


main()
