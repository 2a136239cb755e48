"""A FastMCP server that asks: `booking.py`, or `booking.py PORT` over HTTP."""
import sys

from fastmcp import Context, FastMCP
from mcp_types import ElicitRequest, ElicitRequestFormParams, InputRequiredResult

mcp = FastMCP('Booking')

SEAT = {
    'type': 'object',
    'properties': {
        'name': {'type': 'string'},
        'where': {'type': 'string', 'enum': ['window', 'aisle']},
        'bags': {'type': 'integer', 'default': 0},
    },
    'required': ['name', 'where'],
}


@mcp.tool
async def book(train: str, ctx: Context) -> str | InputRequiredResult:
    """Books a seat, and asks for whom."""
    answers = ctx.input_responses
    if answers is None:
        form = ElicitRequestFormParams(message=f'Who travels on {train}?', requested_schema=SEAT)
        return InputRequiredResult(input_requests={'seat': ElicitRequest(params=form)}, request_state=train)
    answer = answers['seat']
    if answer.action != 'accept':
        return f'Nothing was booked: {answer.action}.'
    seat = answer.content
    return f'{ctx.request_state}: {seat["name"]}, {seat["where"]}, {seat.get("bags")} bags.'


@mcp.tool
async def cancel(train: str, ctx: Context) -> str:
    """Cancels a seat, and asks on the open connection whether that is meant: revisions before 2026-07-28 have that alone."""
    answer = await ctx.elicit(f'Cancel {train}?', ['yes', 'no'])
    return f'{train}: {answer.action}, {getattr(answer, "data", None)}.'


if len(sys.argv) > 1:
    mcp.run(transport='http', host='127.0.0.1', port=int(sys.argv[1]), show_banner=False)
else:
    mcp.run(show_banner=False)
