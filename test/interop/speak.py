"""What the Python clients have in common: a test says a line of JSON, [verb, argument ...], and gets one back."""

import json
import sys
import traceback


def settings():
    return json.loads(sys.argv[1])


def tokens_of(answer):
    scope = answer["scope"]
    # oauthlib makes a list of it.
    joined = scope if isinstance(scope, str) else " ".join(scope)
    return {"access": answer["access_token"], "refresh": answer["refresh_token"], "scope": joined}


def bearer(tokens):
    return {"access_token": tokens["access"], "token_type": "Bearer"}


def answer_with(verbs):
    """`verbs` is an object: each method answers the verb of its name."""
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        try:
            answer = {"value": getattr(verbs, verb)(*arguments)}
        except Exception as error:
            # Libraries keep what the server said in the error's attributes.
            said = {name: str(value) for name, value in vars(error).items()}
            answer = {"error": f"{traceback.format_exc()} {said}"}
        print(json.dumps(answer), flush=True)
