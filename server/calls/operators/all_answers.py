"""The calls of operators: method name -> the function that answers it, and whom it forbids."""

from server.calls.answer import Answer
from server.calls.operators import health, logins_and_seats, nodes, rooms, sizes_and_audit
from server.calls.operators.operator_rights import for_operators

OPERATOR_ANSWERS: dict[str, Answer] = {
    method: for_operators(answer)
    for part in (nodes, health, rooms, logins_and_seats, sizes_and_audit)
    for method, answer in part.ANSWERS.items()
}
