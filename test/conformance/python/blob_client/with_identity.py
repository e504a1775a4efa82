"""Uploads and reads a blob as whoever DefaultAzureCredential finds; prints what came back.

Reads {"url": account URL} from stdin.
"""

from __future__ import annotations

import json
import os
import sys

from azure.core.exceptions import ClientAuthenticationError, ResourceExistsError
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient


def main() -> None:
    url = json.load(sys.stdin)["url"]
    service = BlobServiceClient(url, credential=DefaultAzureCredential(), retry_total=0)
    names = [container.name for container in service.list_containers()]
    container = service.get_container_client(next(name for name in names if name.startswith("azureml-blobstore-")))
    content = os.urandom(3_000_000)
    container.upload_blob("identity/data", content)
    try:
        container.upload_blob("identity/data", b"x")
        overwritten = True
    except ResourceExistsError:
        overwritten = False
    is_same = container.download_blob("identity/data").readall() == content
    try:
        next(iter(BlobServiceClient(url, retry_total=0).list_containers()))
        anonymous = "let in"
    except ClientAuthenticationError as error:
        anonymous = str(error.error_code)
    print(json.dumps({"overwritten": overwritten, "same": is_same, "anonymous": anonymous}))


if __name__ == "__main__":
    main()
