"""A FastMCP server whose tools run as tasks: `bakery.py`, or `bakery.py PORT` over HTTP."""
import asyncio
import sys
from datetime import timedelta

from fastmcp import Context, FastMCP
from fastmcp.utilities.tasks import TaskConfig
from fastmcp_tasks import TasksExtension

mcp = FastMCP('Bakery')
mcp.add_extension(TasksExtension())


@mcp.tool(task=TaskConfig(mode='optional', poll_interval=timedelta(seconds=1)))
async def bake(cakes: int, ctx: Context) -> dict:
    """Bakes cakes, a second each."""
    for done in range(cakes):
        await asyncio.sleep(1)
        await ctx.report_progress(done + 1, cakes)
    return {'cakes': cakes}


@mcp.tool(task=TaskConfig(mode='required', poll_interval=timedelta(seconds=1)))
async def ferment(days: int) -> str:
    """Lets a dough rest. It can be called as a task only."""
    await asyncio.sleep(days)
    return f'It has rested for {days} days.'


@mcp.tool
def burn() -> str:
    """Always fails."""
    raise ValueError('The oven is too hot.')


@mcp.resource('recipes://bread')
def bread() -> str:
    return 'Flour, water, salt.'


@mcp.resource('recipes://cakes/{kind}')
def cake(kind: str) -> str:
    return f'A cake of {kind}.'


@mcp.prompt
def order(what: str) -> str:
    """Orders something."""
    return f'I would like {what}.'


if len(sys.argv) > 1:
    mcp.run(transport='http', host='127.0.0.1', port=int(sys.argv[1]), show_banner=False)
else:
    mcp.run(show_banner=False)
