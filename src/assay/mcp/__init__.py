"""The program for agents: tools over the Model Context Protocol, each under one permission.

Comes in: calls of an agent on standard input. Goes out: JSON on standard output. Always holds: a
tool that changes something is offered only where writing was allowed at the start, and is done only
for a token that grants its permission; what the token's account may not read is not in an answer; no
tool opens the reserve, gives a judgment or sets a cause, since people answer for these. Needs
`assay[mcp]`.
"""
