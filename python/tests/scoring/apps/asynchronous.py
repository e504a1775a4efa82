import asyncio

state = {"busy": 0, "busiest": 0}


async def init():
    state["ready"] = True


async def run(data):
    state["busy"] += 1
    state["busiest"] = max(state["busiest"], state["busy"])
    await asyncio.sleep(0.2)
    state["busy"] -= 1
    return {"ready": state["ready"], "busiest": state["busiest"]}
