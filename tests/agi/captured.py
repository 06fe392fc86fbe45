"""Bytes that Asterisk 22.10.1 sent over FastAGI, kept as they came."""

HEADER = b"""agi_network: yes
agi_network_script: call?brand=fuzer&x=%20y
agi_request: agi://127.0.0.1/call?brand=fuzer&x=%20y
agi_channel: Local/s@other-00000000;1
agi_language: en
agi_type: Local
agi_uniqueid: 1795317110.0
agi_version: 22.10.1+dfsg+~cs6.17.60671434-1
agi_callerid: unknown
agi_calleridname: unknown
agi_callingpres: 67
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: unknown
agi_rdnis: unknown
agi_context: agi
agi_extension: s
agi_priority: 4
agi_enhanced: 0.0
agi_accountcode:{BLANK}
agi_threadid: 139976878188224
agi_arg_1: one
agi_arg_2: two words

""".replace(b"{BLANK}", b" ")

UNKNOWN_COMMAND = b"510 Invalid or unknown command\n"
DEAD = b"511 Command Not Permitted on a dead channel or intercept routine\n"
USAGE = (
    b"520-Invalid command syntax.  Proper usage follows:\n"
    b"Returns <literal>0</literal> if <replaceable>variablename</replaceable> is not set. Returns "
    b"<literal>1</literal> if <replaceable>variablename</replaceable> is set and returns the variable in "
    b"parentheses.\n"
    b"Example return code: 200 result=1 (testvariable)\n"
    b"520 End of proper usage.\n"
)
GOSUB = b"100 result=0 Trying...\n200 result=0 Gosub complete\n"
GOSUB_NOWHERE = b"200 result=-1 Gosub label not found\n"
HUNG_UP_WHILE_PLAYING = b"200 result=-1 endpos=16160\nHANGUP\n"
VALUE_WITH_NEWLINE = b"200 result=1 (a\nb)\n"
FORGED_BY_A_VALUE = b"200 result=1 (a)\n200 result=1 (forged)\nHANGUP\nb)\n"
"""GET VARIABLE of a variable whose value is `a)`, a forged answer, a forged HANGUP, and `b`."""

# command, answer line, (code, result, data, endpos)
ANSWERS: list[tuple[str, bytes, tuple[int, str, str | None, int | None]]] = [
    ("NOOP", b"200 result=0\n", (200, "0", None, None)),
    ("GET VARIABLE", b"200 result=1 (plain)\n", (200, "1", "plain", None)),
    ("GET VARIABLE", b"200 result=1 ()\n", (200, "1", "", None)),
    ("GET VARIABLE", b"200 result=0\n", (200, "0", None, None)),
    (
        "GET VARIABLE",
        b'200 result=1 (a"b\\c d,e(f)[g]{${RAW} $[)\n',
        (200, "1", 'a"b\\c d,e(f)[g]{${RAW} $[', None),
    ),
    ("GET VARIABLE", "200 result=1 (Jérôme (x) y))\n".encode(), (200, "1", "Jérôme (x) y)", None)),
    ("STREAM FILE", b"200 result=-1 endpos=0\n", (200, "-1", None, 0)),
    ("STREAM FILE", b"200 result=0 endpos=8000\n", (200, "0", None, 8000)),
    ("STREAM FILE", b"200 result=53 endpos=5760\n", (200, "53", None, 5760)),
    ("GET DATA", b"200 result= (timeout)\n", (200, "", "timeout", None)),
    ("GET DATA", b"200 result=12 (timeout)\n", (200, "12", "timeout", None)),
    ("GET DATA", b"200 result=12\n", (200, "12", None, None)),
    ("EXEC", b"200 result=-2\n", (200, "-2", None, None)),
    ("RECORD FILE", b"200 result=0 (timeout) endpos=0\n", (200, "0", "timeout", 0)),
    ("RECORD FILE", b"200 result=53 (dtmf) endpos=0\n", (200, "53", "dtmf", 0)),
    ("RECORD FILE", b"200 result=-1 (randomerror) endpos=0\n", (200, "-1", "randomerror", 0)),
    ("RECORD FILE", b"200 result=-1 (writefile)\n", (200, "-1", "writefile", None)),
]
