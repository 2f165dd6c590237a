"""The calls of operators: method name -> the function that answers it, and whom it forbids."""

from server.calls.answer import Answer
from server.calls.operators import figures, health, nodes, people, rooms
from server.calls.operators.guard import for_operators

OPERATOR_ANSWERS: dict[str, Answer] = {
    method: for_operators(answer)
    for part in (nodes, health, rooms, people, figures)
    for method, answer in part.ANSWERS.items()
}
