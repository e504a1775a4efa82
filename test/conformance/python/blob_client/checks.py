"""What azure-storage-blob does against the blob service; prints one JSON line for each check.

Reads one JSON object from stdin: {"connection": connection string, "url": account URL, "key": account key}.
"""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from datetime import datetime, timedelta, timezone
from typing import Callable

from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import (
    AccountSasPermissions,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    ContentSettings,
    ResourceTypes,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

ACCOUNT = "lztest"
MIB = 1024 * 1024


class Context:
    """Clients of the service under test, all on the container `python`."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.url = settings["url"]
        self.key = settings["key"]
        self.service = BlobServiceClient.from_connection_string(settings["connection"], retry_total=0)
        self.container = self.service.get_container_client("python")
        self.container.create_container(metadata={"team": "red"})

    def blob(self, name: str) -> BlobClient:
        return self.container.get_blob_client(name)


def refuses(error: type[Exception], call: Callable[[], object], code: str | None = None) -> None:
    """Fails unless the call raises the error, with the service's word where one is given."""
    try:
        call()
    except error as raised:
        actual = getattr(raised, "error_code", None)
        assert code is None or actual == code, f"expected {code}, got {actual}: {raised}"
        return
    raise AssertionError(f"{error.__name__} was not raised")


def in_one_hour() -> datetime:
    return datetime.now(timezone.utc) + timedelta(hours=1)


def check_upload_and_download(context: Context) -> None:
    content = os.urandom(700_000)
    blob = context.blob("folder/data.bin")
    settings = ContentSettings(content_type="text/x", content_encoding="identity", cache_control="no-store")
    blob.upload_blob(content, metadata={"Owner": "me", "step": "1"}, content_settings=settings)
    properties = blob.get_blob_properties()
    assert properties.size == len(content)
    assert properties.metadata == {"Owner": "me", "step": "1"}, properties.metadata
    assert properties.content_settings.content_type == "text/x"
    assert properties.content_settings.content_md5 is not None
    assert blob.download_blob(validate_content=True).readall() == content
    assert blob.download_blob(offset=1000, length=500_000).readall() == content[1000:501_000]
    assert blob.download_blob(offset=699_999).readall() == content[-1:]
    refuses(HttpResponseError, lambda: blob.download_blob(offset=700_000, length=1).readall(), "InvalidRange")
    empty = context.blob("empty")
    empty.upload_blob(b"")
    assert empty.download_blob().readall() == b""


def check_no_overwrite(context: Context) -> None:
    blob = context.blob("once")
    blob.upload_blob(b"first")
    refuses(ResourceExistsError, lambda: blob.upload_blob(b"second"), "BlobAlreadyExists")
    blob.upload_blob(b"third", overwrite=True)
    assert blob.download_blob().readall() == b"third"


def check_large_staged_upload(context: Context) -> None:
    block = os.urandom(MIB)
    content = b"".join(block[i % 97 :] + block[: i % 97] for i in range(70))
    blob = context.blob("large.bin")
    blob.upload_blob(io.BytesIO(content), length=len(content), max_concurrency=4)
    assert blob.get_blob_properties().size == len(content)
    assert len(blob.get_block_list("all")[0]) > 1
    assert blob.download_blob(max_concurrency=4).readall() == content
    refuses(ResourceExistsError, lambda: blob.upload_blob(content, overwrite=False))
    sink = io.BytesIO()
    blob.download_blob(offset=5 * MIB + 3, length=40 * MIB).readinto(sink)
    assert sink.getvalue() == content[5 * MIB + 3 : 45 * MIB + 3]


def check_unknown_length(context: Context) -> None:
    def pieces():
        for index in range(10):
            yield bytes([index]) * 1_000_000

    blob = context.blob("generated")
    blob.upload_blob(pieces())
    assert blob.get_blob_properties().size == 10_000_000


def check_listing(context: Context) -> None:
    names = [f"list/{index:02d}/{leaf}" for index in range(5) for leaf in ("a", "b")] + ["list", "list/z"]
    for name in names:
        context.blob(name).upload_blob(name.encode(), metadata={"name": "x"})
    pages = context.container.list_blobs(name_starts_with="list/", results_per_page=3).by_page()
    assert [item.name for page in pages for item in page] == sorted(names)[1:]
    walked = [item.name for item in context.container.walk_blobs(name_starts_with="list/", delimiter="/")]
    assert walked == [f"list/{index:02d}/" for index in range(5)] + ["list/z"], walked
    first = next(iter(context.container.list_blobs(name_starts_with="list/", include=["metadata"])))
    assert first.metadata == {"name": "x"} and first.size == len(first.name)
    assert list(context.container.list_blob_names(name_starts_with="list/z")) == ["list/z"]
    assert [item.name for item in context.service.list_containers(name_starts_with="p")] == ["python"]


def check_odd_names(context: Context) -> None:
    names = ["sp ace", "pl+us", "100%", "ü/日本/😀", "q?u#e", "a&b<c>'\"", "back\\slash", "semi;colon", "t\u0001", "x" * 1020]
    for name in names:
        context.blob(f"odd/{name}").upload_blob(name.encode())
    for name in names:
        assert context.blob(f"odd/{name}").download_blob().readall() == name.encode(), name
    assert {item.name[4:] for item in context.container.list_blobs(name_starts_with="odd/")} == set(names)


def check_conditions(context: Context) -> None:
    blob = context.blob("conditions")
    etag = blob.upload_blob(b"1")["etag"]
    blob.set_blob_metadata({"upload_status": "completed"}, etag=etag, match_condition=MatchConditions.IfNotModified)
    late = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    refuses(ResourceModifiedError, lambda: blob.upload_blob(b"2", overwrite=True, **late), "ConditionNotMet")
    refuses(ResourceModifiedError, lambda: blob.download_blob(**late))
    assert blob.get_blob_properties().metadata == {"upload_status": "completed"}
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    refuses(HttpResponseError, lambda: blob.download_blob(if_modified_since=tomorrow))
    assert blob.exists() and not context.blob("conditions/none").exists()
    blob.delete_blob(delete_snapshots="include")
    refuses(ResourceNotFoundError, blob.delete_blob, "BlobNotFound")
    refuses(ResourceNotFoundError, lambda: context.service.get_container_client("none").get_container_properties())


def check_append_and_copy(context: Context) -> None:
    log = context.blob("log.txt")
    log.upload_blob(b"one ", blob_type="AppendBlob")
    log.upload_blob(b"two", blob_type="AppendBlob")
    assert log.download_blob().readall() == b"one two"
    log.append_block(b" three", appendpos_condition=7)
    copy = context.blob("copied")
    assert copy.start_copy_from_url(log.url)["copy_status"] == "success"
    assert copy.download_blob().readall() == b"one two three"
    copy.set_http_headers(ContentSettings(content_type="text/plain"))
    assert copy.get_blob_properties().content_settings.content_type == "text/plain"
    manual = context.blob("manual")
    manual.stage_block("a", b"A")
    manual.stage_block("b", b"B")
    refuses(ResourceNotFoundError, manual.download_blob)
    manual.commit_block_list(["b", "a"], metadata={"k": "v"})
    assert manual.download_blob().readall() == b"BA"


def check_own_sas(context: Context) -> None:
    context.blob("sas/a b").upload_blob(b"content")
    sas = generate_blob_sas(
        ACCOUNT, "python", "sas/a b", account_key=context.key, permission=BlobSasPermissions(read=True), expiry=in_one_hour()
    )
    blob = BlobClient(context.url, "python", "sas/a b", credential=sas, retry_total=0)
    assert blob.download_blob().readall() == b"content"
    refuses(HttpResponseError, lambda: blob.upload_blob(b"x", overwrite=True), "AuthorizationPermissionMismatch")
    other = BlobClient(context.url, "python", "sas/other", credential=sas, retry_total=0)
    refuses(ClientAuthenticationError, other.download_blob, "AuthenticationFailed")

    # A datastore calls its account `<host>/<account>`, and azure-ai-ml signs with that name.
    long_name = context.url.split("//")[1].split(".blob.")[0]
    for account in (ACCOUNT, long_name):
        container_sas = generate_container_sas(
            account,
            "python",
            account_key=context.key,
            permission=ContainerSasPermissions(read=True, write=True, list=True, create=True),
            start=datetime.now(timezone.utc) - timedelta(minutes=5),
            expiry=in_one_hour(),
        )
        container = ContainerClient(context.url, "python", credential=container_sas, retry_total=0)
        container.upload_blob("sas/new", b"new", overwrite=True)
        assert [item.name for item in container.list_blobs(name_starts_with="sas/")] == ["sas/a b", "sas/new"]
        refuses(HttpResponseError, lambda: container.delete_blob("sas/new"))

    account_sas = generate_account_sas(
        ACCOUNT,
        context.key,
        ResourceTypes(service=True, container=True, object=True),
        AccountSasPermissions(read=True, list=True, delete=True),
        in_one_hour(),
    )
    service = BlobServiceClient(context.url, credential=account_sas, retry_total=0)
    assert [item.name for item in service.list_containers()] == ["python"]
    service.get_blob_client("python", "sas/new").delete_blob()
    wrong = generate_account_sas(
        ACCOUNT, "AAAA", ResourceTypes(service=True), AccountSasPermissions(list=True), in_one_hour()
    )
    refuses(
        ClientAuthenticationError,
        lambda: next(iter(BlobServiceClient(context.url, credential=wrong, retry_total=0).list_containers())),
    )


CHECKS: list[Callable[[Context], None]] = [
    check_upload_and_download,
    check_no_overwrite,
    check_large_staged_upload,
    check_unknown_length,
    check_listing,
    check_odd_names,
    check_conditions,
    check_append_and_copy,
    check_own_sas,
]


def main() -> None:
    context = Context(json.load(sys.stdin))
    for check in CHECKS:
        problem = ""
        try:
            check(context)
        except Exception:  # noqa: BLE001 - each check reports its own failure
            problem = traceback.format_exc()
        print(json.dumps({"check": check.__name__, "problem": problem}), flush=True)


if __name__ == "__main__":
    main()
