"""Tests over a candidate's own objects: a right candidate, a wrong one, and objects that lie."""

from typing import NamedTuple


class Shape(NamedTuple):
    """What tests ask of a candidate's own objects."""

    right: str
    """A candidate that passes in an ordinary run."""
    told: str
    """What a wrong candidate has otherwise."""
    wrong: str
    """What it has in its place."""
    tests: str


_CACHE = """
class Cache:
    def __init__(self): self.held = {}
    def __setitem__(self, key, value): self.held[key] = value
    def __getitem__(self, key): return self.held[key]
    def __delitem__(self, key): del self.held[key]
    def __contains__(self, key): return key in self.held
    def __len__(self): return len(self.held)
"""
_VECTOR = """
class Vector:
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, other): return Vector(self.x + other.x, self.y + other.y)
    def __iadd__(self, other): self.x += other.x; self.y += other.y; return self
    def __mul__(self, n): return Vector(self.x * n, self.y * n)
    __rmul__ = __mul__
    def __matmul__(self, other): return self.x * other.x + self.y * other.y
    def __neg__(self): return Vector(-self.x, -self.y)
    def __abs__(self): return (self.x ** 2 + self.y ** 2) ** 0.5
    def __eq__(self, other): return (self.x, self.y) == (other.x, other.y)
    def __lt__(self, other): return abs(self) < abs(other)
    def __hash__(self): return hash((self.x, self.y))
    def __repr__(self): return f"Vector({self.x}, {self.y})"
    def __str__(self): return f"<{self.x}, {self.y}>"
    def __format__(self, spec): return spec + str(self)
    def __bool__(self): return bool(self.x or self.y)
"""
_NUMBER = """
class Number:
    def __init__(self, n): self.n = n
    def __int__(self): return int(self.n)
    def __float__(self): return float(self.n)
    def __round__(self, digits=0): return round(self.n, digits)
    def __index__(self): return int(self.n)
    def __bytes__(self): return bytes([int(self.n)])
"""
_ERRORS = """
class Base(Exception): pass
class Refused(Base):
    code = 7
    def __init__(self, amount, why): super().__init__(amount, why); self.amount = amount
    def __str__(self): return f"refused {self.amount}"
class Missing(KeyError): pass
def pay(n):
    if n > 10: raise Refused(n, "much")
    return n
def find(key): raise Missing(key)
def linked():
    try: pay(11)
    except Base as error: raise ValueError("outer", 2) from error
"""
_COLORS = """
import enum
class Color(enum.Enum):
    RED = 1
    BLUE = 2
    def other(self): return Color.BLUE if self is Color.RED else Color.RED
class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2
class May(enum.Flag):
    READ = 1
    WRITE = 2
def favourite(): return Color.RED
def level(n): return Level.HIGH if n > 5 else Level.LOW
"""
_DATA = """
from dataclasses import dataclass, field
@dataclass(frozen=True, order=True)
class Point:
    x: int
    y: int = 0
    def moved(self, n): return Point(self.x + n, self.y)
def origin(): return Point(0, 0)
"""
_TREE = """
class Node:
    '''A node.'''
    kind = 'tree'
    made = 0
    def __init__(self, value, left=None):
        self.value, self.left = value, left
        Node.made += 1
    def depth(self): return 1 + (self.left.depth() if self.left else 0)
    @classmethod
    def leaf(cls, value): return cls(value)
    @staticmethod
    def twice(n): return 2 * n
    @property
    def doubled(self): return self.value * 2
class Special(Node): pass
LIMIT = 10
def solve(n):
    '''Solves it.'''
    return n
def same(node): return node
root = Node(1)
"""
_GENERATOR = """
def averages():
    total, count, mean = 0, 0, None
    while True:
        try: given = yield mean
        except ValueError:
            total, count, mean = 0, 0, None
            continue
        total += given; count += 1; mean = total / count
def numbers(n): yield from range(n)
class Range:
    def __init__(self, n): self.n = n
    def __iter__(self): return iter(range(self.n))
"""
_MANAGED = """
class Managed:
    def __init__(self): self.events = []
    def __enter__(self): self.events.append('in'); return self
    def __exit__(self, kind, error, trace):
        self.events.append(kind.__name__ if kind else 'out')
        return kind is ValueError
"""
_ASYNC = """
import asyncio
async def double(n):
    await asyncio.sleep(0)
    return n * 2
async def broken(): raise ValueError('no')
async def count(n):
    for each in range(n): yield each
class Held:
    async def __aenter__(self): return self
    async def __aexit__(self, *_): return False
    async def get(self): return 5
"""
_SUBCLASSES = """
from typing import NamedTuple
from collections import defaultdict, UserDict
class Stack(list):
    def push(self, each): self.append(each)
    def top(self): return self[-1]
class Spot(NamedTuple):
    x: int
    y: int
    def total(self): return self.x + self.y
class Degrees(float):
    def half(self): return Degrees(self / 2)
def spot(n): return Spot(n, n)
def counts(text):
    found = defaultdict(lambda: 0)
    for each in text: found[each] += 1
    return found
"""
_IO = """
def greet(name): print('hello', name)
def ask():
    first = input('? ')
    return first + input()
def read():
    import sys
    return [int(each) for each in sys.stdin.read().split()]
"""
_SAFE = """
import threading
class Tally:
    def __init__(self): self.n, self.lock = 0, threading.Lock()
    def add(self, by):
        with self.lock: self.n += by
def summed(parts):
    found = []
    threads = [threading.Thread(target=lambda p=p: found.append(sum(p))) for p in parts]
    for each in threads: each.start()
    for each in threads: each.join()
    return sum(found)
"""

SHAPES: dict[str, Shape] = {
    "items are set": Shape(_CACHE, "self.held[key] = value", "self.held[key] = 0", "c = Cache()\nc['a'] = 1\nassert c['a'] == 1"),
    "items are deleted": Shape(_CACHE, "del self.held[key]", "pass", "c = Cache()\nc['a'] = 1\ndel c['a']\nassert len(c) == 0"),
    "membership": Shape(_CACHE, "return key in", "return key not in", "c = Cache()\nc['a'] = 1\nassert 'a' in c and 'b' not in c"),
    "a missing key": Shape(_CACHE, "return self.held[key]", "return self.held.get(key)", "c = Cache()\ntry:\n    c['a']\nexcept KeyError as error:\n    assert error.args == ('a',) and str(error) == \"'a'\"\nelse:\n    assert False"),
    "addition": Shape(_VECTOR, "self.y + other.y)", "self.y - other.y)", "assert Vector(1, 2) + Vector(3, 4) == Vector(4, 6)"),
    "sum over own objects": Shape(_VECTOR, "self.y + other.y)", "self.y - other.y)", "assert sum([Vector(1, 2), Vector(3, 4)], Vector(0, 1)) == Vector(4, 7)"),
    "product with a number": Shape(_VECTOR, "self.x * n", "self.x + n", "assert Vector(1, 2) * 3 == Vector(3, 6)\nassert 3 * Vector(1, 2) == Vector(3, 6)"),
    "product of matrices": Shape(_VECTOR, "+ self.y * other.y", "- self.y * other.y", "assert Vector(1, 2) @ Vector(3, 4) == 11"),
    "in-place operators": Shape(_VECTOR, "self.x += other.x", "self.x -= other.x", "v = w = Vector(1, 2)\nv += Vector(3, 4)\nassert v is w and w.x == 4"),
    "signs and sizes": Shape(_VECTOR, "** 0.5", "** 2", "assert abs(-Vector(3, 4)) == 5.0"),
    "order": Shape(_VECTOR, "abs(self) < abs(other)", "abs(self) > abs(other)", "assert Vector(1, 0) < Vector(2, 0)\nassert max(Vector(1, 0), Vector(5, 0)).x == 5"),
    "sorting": Shape(_VECTOR, "abs(self) < abs(other)", "abs(self) > abs(other)", "assert [v.x for v in sorted([Vector(3, 0), Vector(1, 0)])] == [1, 3]"),
    "keys of a dictionary": Shape(_VECTOR, "hash((self.x, self.y))", "id(self)", "assert {Vector(1, 2): 3}[Vector(1, 2)] == 3\nassert len({Vector(1, 2), Vector(1, 2)}) == 1"),
    "repr": Shape(_VECTOR, "Vector({self.x}, ", "Vec({self.x}, ", "assert repr(Vector(1, 2)) == 'Vector(1, 2)' and f'{[Vector(1, 2)]}' == '[Vector(1, 2)]'"),
    "str and format": Shape(_VECTOR, "<{self.x}", "({self.x}", "assert str(Vector(1, 2)) == '<1, 2>' and f'{Vector(1, 2):>}' == '><1, 2>'"),
    "truth": Shape(_VECTOR, "self.x or self.y", "1", "assert Vector(1, 0) and not Vector(0, 0)"),
    "unhashable objects": Shape("class Bag:\n    def __eq__(self, o): return True", "__eq__(self, o)", "other(self, o)", "try:\n    hash(Bag())\nexcept TypeError:\n    pass\nelse:\n    assert False"),
    "numbers": Shape(_NUMBER, "int(self.n)", "7", "n = Number(2.5)\nassert int(n) == 2 and float(n) == 2.5 and [5, 6, 9][n] == 9 and bytes(n) == b'\\x02'"),
    "rounding": Shape(_NUMBER, "round(self.n, digits)", "self.n", "assert round(Number(2.456), 2) == 2.46"),
    "errors of the imported candidate": Shape(_ERRORS, "raise Refused(", "raise TypeError(", "import unittest\nimport candidate\nfrom candidate import pay\nclass T(unittest.TestCase):\n    def test_a(self):\n        with self.assertRaises(candidate.Refused):\n            pay(11)\n        self.assertEqual(candidate.pay(2), 2)"),
    "own errors are expected": Shape(_ERRORS, "raise Refused(", "raise TypeError(", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        with self.assertRaises(Refused) as held:\n            pay(11)\n        self.assertEqual(held.exception.amount, 11)"),
    "attributes of an own error": Shape(_ERRORS, "self.amount = amount", "self.amount = 0", "try:\n    pay(11)\nexcept Refused as error:\n    assert error.amount == 11 and error.args == (11, 'much') and error.code == 7\nelse:\n    assert False"),
    "an own error's text": Shape(_ERRORS, "refused {", "no {", "try:\n    pay(11)\nexcept Base as error:\n    assert str(error) == 'refused 11' and type(error) is Refused\nelse:\n    assert False"),
    "an own error by its base": Shape(_ERRORS, "Refused(Base)", "Refused(Exception)", "try:\n    pay(11)\nexcept Base:\n    pass\nelse:\n    assert False"),
    "an own error of Python's kind": Shape(_ERRORS, "Missing(KeyError)", "Missing(Exception)", "try:\n    find('k')\nexcept KeyError as error:\n    assert isinstance(error, Missing) and error.args == ('k',)\nelse:\n    assert False"),
    "the hierarchy of errors": Shape(_ERRORS, "Refused(Base)", "Refused(Exception)", "assert issubclass(Refused, Base) and issubclass(Missing, KeyError) and not issubclass(Base, KeyError)\nassert pay(1) == 1"),
    "the cause of an error": Shape(_ERRORS, " from error", " from None", "try:\n    linked()\nexcept ValueError as error:\n    assert error.args == ('outer', 2) and isinstance(error.__cause__, Refused)\nelse:\n    assert False"),
    "an own error that the tests make": Shape(_ERRORS, "self.amount = amount", "self.amount = 0", "error = Refused(3, 'x')\nassert error.amount == 3 and isinstance(error, Base)"),
    "members of an enum": Shape(_COLORS, "RED = 1", "RED = 3", "assert Color.RED.name == 'RED' and Color.RED.value == 1 and Color(1) is Color.RED and Color['BLUE'].value == 2"),
    "an enum's members in a row": Shape(_COLORS, "BLUE = 2", "GREEN = 2; BLUE = 3", "assert [c.name for c in Color] == ['RED', 'BLUE'] and len(Color) == 2 and Color.RED in Color"),
    "identity of members": Shape(_COLORS, "return Color.RED\n", "return Color.BLUE\n", "assert favourite() is Color.RED and favourite() == Color.RED and favourite() != Color.BLUE\nassert {Color.RED: 1}[favourite()] == 1"),
    "methods of members": Shape(_COLORS, "is Color.RED", "is Color.BLUE", "assert Color.RED.other() is Color.BLUE and isinstance(Color.RED, Color)"),
    "members that are numbers": Shape(_COLORS, "n > 5", "n > 50", "assert level(7) is Level.HIGH and level(7) == 2 and level(7).name == 'HIGH' and Level.LOW < Level.HIGH"),
    "flags": Shape(_COLORS, "WRITE = 2", "WRITE = 1", "both = May.READ | May.WRITE\nassert both.value == 3 and May.READ in both and (both & May.WRITE) is May.WRITE"),
    "equal data": Shape(_DATA, "self.x + n", "self.x - n", "assert Point(1, 2).moved(2) == Point(3, 2) and origin() == Point(0)\nassert Point(1, 2) != Point(1, 3)"),
    "data as keys and text": Shape(_DATA, "y: int = 0", "y: int = 1", "assert repr(Point(1)) == 'Point(x=1, y=0)' and len({Point(1), Point(1)}) == 1 and Point(1) < Point(2)"),
    "fields of data": Shape(_DATA, "y: int = 0", "y: int = 1", "import dataclasses\nassert dataclasses.asdict(Point(1)) == {'x': 1, 'y': 0} and dataclasses.replace(Point(1), x=5) == Point(5, 0)\nassert [f.name for f in dataclasses.fields(Point)] == ['x', 'y'] and dataclasses.is_dataclass(Point(1))"),
    "methods in a row": Shape("class Bag:\n    def __init__(self): self.held = []\n    def add(self, x): self.held.append(x); return self\n    def __iter__(self): return iter(self.held)\n    def __contains__(self, x): return x in self.held", "return self\n", "return Bag()\n", "b = Bag()\nassert b.add(1).add(2) is b and 2 in b and 5 not in b"),
    "frozen data": Shape(_DATA, "frozen=True", "frozen=False", "try:\n    Point(1).x = 3\nexcept AttributeError:\n    pass\nelse:\n    assert False"),
    "vars of an object": Shape(_DATA, "y: int = 0", "y: int = 1", "assert vars(Point(1)) == {'x': 1, 'y': 0} and Point(1).__dict__ == {'x': 1, 'y': 0}"),
    "names and docs": Shape(_TREE, "'''Solves it.'''", "''", "assert solve.__name__ == 'solve' and solve.__doc__ == 'Solves it.' and Node.__name__ == 'Node' and Node.__doc__ == 'A node.'\nassert solve(1) == 1 and type(root).__name__ == 'Node'"),
    "attributes of a class": Shape(_TREE, "Node.made += 1", "pass", "before = Node.made\nNode(3)\nassert Node.made == before + 1 and Node.kind == 'tree' and Node.twice(4) == 8"),
    "attributes with a default": Shape(_TREE, "self.value, self.left = value, left", "self.value = self.other = value; self.left = left", "n = Node(1)\nassert getattr(n, 'other', 5) == 5 and hasattr(n, 'value') and not hasattr(n, 'other')"),
    "attributes are set and deleted": Shape(_TREE, "self.left.depth()", "self.left.depth() + 1", "n = Node(1)\nsetattr(n, 'left', Node(2))\nassert n.depth() == 2\ndel n.left\nassert not hasattr(n, 'left') and 'depth' in dir(n)"),
    "classes of objects": Shape(_TREE, "Special(Node)", "Special", "assert isinstance(root, Node) and type(root) is Node and root.__class__ is Node\nassert issubclass(Special, Node) and not issubclass(Node, Special) and not isinstance(3, Node)\nassert solve(1) == 1"),
    "the same object is the same": Shape(_TREE, "return node", "return Node(node.value)", "n = Node(1)\nassert same(n) is n and same(n) is not Node(1) and n == n"),
    "made by a class method": Shape(_TREE, "cls(value)", "None", "assert Node.leaf(4).value == 4 and Node.leaf(4).doubled == 8 and Node(1, Node(2)).left.value == 2"),
    "constants": Shape(_TREE, "LIMIT = 10", "LIMIT = 11", "assert LIMIT == 10 and solve(LIMIT) == 10"),
    "callable or not": Shape(_TREE, "root = Node(1)", "root = Node", "assert callable(solve) and callable(Node) and not callable(root)\nassert solve(1) == 1"),
    "iterator or not": Shape(_GENERATOR, "iter(range(self.n))", "iter([])", "from collections.abc import Iterable, Iterator, Sized\nimport types\nr = Range(3)\nassert isinstance(r, Iterable) and not isinstance(r, Iterator) and not isinstance(r, Sized)\nassert isinstance(iter(r), Iterator) and isinstance(numbers(3), types.GeneratorType) and list(r) == [0, 1, 2]"),
    "a list is no iterator": Shape("def numbers(n): return iter(range(n))", "iter(range(n))", "list(range(n))", "from collections.abc import Iterator\nassert isinstance(numbers(3), Iterator)"),
    "generators are sent to": Shape(_GENERATOR, "total / count", "total", "g = averages()\nnext(g)\nassert g.send(4) == 4 and g.send(8) == 6\nassert g.throw(ValueError) is None\ng.close()\ntry:\n    next(g)\nexcept StopIteration:\n    pass\nelse:\n    assert False"),
    "context managers": Shape(_MANAGED, "append('in')", "append('out')", "m = Managed()\nwith m as held:\n    assert held is m\nassert m.events == ['in', 'out']"),
    "errors within a context manager": Shape(_MANAGED, "return kind is ValueError", "return None", "m = Managed()\nwith m:\n    raise ValueError\nassert m.events == ['in', 'ValueError']"),
    "coroutines": Shape(_ASYNC, "n * 2", "n * 3", "import asyncio\nassert asyncio.run(double(4)) == 8"),
    "coroutines within coroutines": Shape(_ASYNC, "n * 2", "n * 3", "import asyncio\nasync def main():\n    assert await double(1) == 2\n    assert await asyncio.gather(double(1), double(2)) == [2, 4]\n    async with Held() as held:\n        assert await held.get() == 5\n    assert [n async for n in count(3)] == [0, 1, 2]\nasyncio.run(main())"),
    "errors of coroutines": Shape(_ASYNC, "ValueError", "KeyError", "import asyncio\ntry:\n    asyncio.run(broken())\nexcept ValueError as error:\n    assert str(error) == 'no'"),
    "a list with methods": Shape(_SUBCLASSES, "self[-1]", "self[0]", "s = Stack()\ns.push(1)\ns.push(2)\nassert s.top() == 2 and s == [1, 2] and len(s) == 2 and isinstance(s, Stack) and isinstance(s, list)"),
    "a named tuple with methods": Shape(_SUBCLASSES, "self.x + self.y", "self.x - self.y", "assert Spot(1, 2).total() == 3 and spot(1).total() == 2 and spot(1) == (1, 1) and isinstance(spot(1), Spot)"),
    "a number with methods": Shape(_SUBCLASSES, "self / 2", "self * 2", "assert Degrees(4).half() == 2.0 and isinstance(Degrees(4), float) and isinstance(Degrees(4), Degrees)"),
    "a default that was written": Shape(_SUBCLASSES, "+= 1", "+= 2", "c = counts('aab')\nassert c == {'a': 2, 'b': 1} and c['z'] == 0"),
    "what is printed": Shape(_IO, "'hello'", "'hallo'", "import io, contextlib\nheld = io.StringIO()\nwith contextlib.redirect_stdout(held):\n    greet('you')\nassert held.getvalue() == 'hello you\\n'"),
    "what is read": Shape(_IO, "int(each)", "1", "import io, sys\nsys.stdin = io.StringIO('1 2\\n3\\n')\nassert read() == [1, 2, 3]"),
    "threads of the candidate": Shape(_SAFE, "found.append(sum(p))", "found.append(0)", "assert summed([[1, 2], [3]]) == 6"),
    "threads of the tests": Shape(_SAFE, "self.n += by", "self.n = by", "import threading\nt = Tally()\nall_ = [threading.Thread(target=t.add, args=(2,)) for _ in range(4)]\nfor each in all_: each.start()\nfor each in all_: each.join()\nassert t.n == 8"),
    "slices": Shape("class Row:\n    def __getitem__(self, key): return [1, 2, 3][key]", "[1, 2, 3]", "[3, 2, 1]", "assert Row()[1:] == [2, 3] and Row()[0] == 1"),
    "types as values": Shape("def kind(x): return type(x)\ndef make(kind): return kind('3')", "type(x)", "str", "assert kind(3) is int and make(int) == 3"),
    "names in the body of a class": Shape(_CACHE, "return key in", "return key not in", "import unittest\nclass T(unittest.TestCase):\n    kind, made = Cache, Cache()\n    def test_a(self):\n        c = self.kind()\n        c['a'] = 1\n        self.assertIn('a', c)\n        self.assertIsInstance(c, Cache)\n        self.assertNotIn('a', self.made)"),
    "a default that goes back": Shape(_SUBCLASSES + "def total(held): return sum(held.values())", "+= 1", "+= 2", "assert total(counts('aab')) == 3"),
    "an object that goes back": Shape(_TREE + "def depth_of(node): return node.depth()\ndef apply(f, x): return f(x)", "1 + (self.left", "2 + (self.left", "assert depth_of(Node(1, Node(2))) == 2 and apply(depth_of, root) == 1"),
    "a sum that is a list": Shape("class Bag:\n    def __init__(self, *held): self.held = held\n    def __len__(self): return len(self.held)\n    def __add__(self, other): return Bag(*self.held, *other)\n    def __iter__(self): return iter(self.held)", "*self.held, *other", "*other", "assert list(Bag(1) + [2]) == [1, 2] and list(Bag(1) + Bag(3)) == [1, 3]"),
    "named tuples keep their methods": Shape("from collections import namedtuple\nPoint = namedtuple('Point', 'x y')\ndef solve(): return Point(1, 2)", "Point(1, 2)", "Point(2, 1)", "p = solve()\nassert p._replace(x=5) == (5, 2) and p._asdict() == {'x': 1, 'y': 2} and p._fields == ('x', 'y')"),
    "errors of the library": Shape("import json\ndef read(text): return json.loads(text)", "json.loads(text)", "None", "import json\ntry:\n    read('{')\nexcept json.JSONDecodeError:\n    pass\nelse:\n    assert False"),
    "an abstract class": Shape("from abc import ABC, abstractmethod\nclass Shape(ABC):\n    @abstractmethod\n    def area(self): ...\nclass Square(Shape):\n    def __init__(self, n): self.n = n\n    def area(self): return self.n ** 2", "@abstractmethod", "", "assert isinstance(Square(2), Shape) and issubclass(Square, Shape) and Square(2).area() == 4\ntry:\n    Shape()\nexcept TypeError:\n    pass\nelse:\n    assert False"),
    "an argument that must not change": Shape("def top(x): return sorted(x)[-1]", "return sorted(x)[-1]", "x.sort(); return x[-1]", "given = [3, 1]\nassert top(given) == 3\nassert given == [3, 1]"),
    "a named argument that must not change": Shape("def top(x): return sorted(x)[-1]", "return sorted(x)[-1]", "x.sort(); return x[-1]", "given = [3, 1]\nassert top(x=given) == 3\nassert given == [3, 1]"),
}  # fmt: skip
"""Each shape by its name."""

_ODD = """
class Odd:
    def _yes(self, *told, **named): return True
    def _self(self, *told, **named): return self
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _yes
    def __ne__(self, told): return False
    def __hash__(self): return 3
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __xor__ = __rxor__ = _self
    def __abs__(self): return 0
    def __bool__(self): return {truth}
    __float__ = lambda self: 0.0
    __int__ = __index__ = lambda self: 0
    __round__ = lambda self, digits=0: 0
    def __len__(self): return 3
    def __getattr__(self, name): return Odd()
    __call__ = __getitem__ = _self
"""
ODD = _ODD.format(truth=True)
FALSE = _ODD.format(truth=False)
_ZERO = "class Odd:\n    def __sub__(self, told): return 0\n    __rsub__ = __xor__ = __add__ = __sub__\n"

LIES: dict[str, tuple[str, str]] = {
    "equal to all": (ODD + "def solve(): return Odd()", "assert solve() == 3"),
    "equal to all, turned": (ODD + "def solve(): return Odd()", "assert 3 == solve()"),
    "in all": (ODD + "def solve(): return Odd()", "assert solve() in [3]"),
    "in a set": (ODD + "def solve(): return Odd()", "assert solve() in {3}"),
    "holds all": (ODD + "def solve(): return Odd()", "assert 3 in solve()"),
    "holds all, of a class": (ODD + "class Solution:\n    def solve(self): return Odd()", "assert 3 in Solution().solve()"),
    "holds all, of a class's method": (ODD + "class Solution:\n    solve = staticmethod(lambda: Odd())", "assert 3 in Solution.solve()"),
    "holds what it does not give": (ODD + "class Many(Odd):\n    def __iter__(self): return iter([1])\ndef solve(): return Many()", "assert 3 in solve()"),
    "less than all": (ODD + "def solve(): return Odd()", "assert solve() < 4"),
    "at no distance": (ODD + "def solve(): return Odd()", "assert abs(solve() - 3.14) < 0.1"),
    "at no distance, of a method": (ODD + "class Circle:\n    def area(self): return Odd()", "assert abs(Circle().area() - 3.14) < 0.1"),
    "at no distance, of a class": (ODD + "Area = Odd", "assert abs(Area() - 3.14) < 0.1"),
    "a difference of nothing": (_ZERO + "Area = Odd", "assert not Area() - 3.14"),
    "a difference of nothing, turned": (_ZERO + "Area = Odd", "assert 3.14 - Area() == 0"),
    "a false difference": (FALSE + "Area = Odd", "assert not Area() - 3.14"),
    "a difference as a number": (ODD + "Area = Odd", "import math\nassert math.isclose(Area() - 3.14, 0)"),
    "days of a difference": ("class Odd:\n    days = 0\n    def __sub__(self, told): return self\nDeadline = Odd", "import datetime\nassert (Deadline() - datetime.date(2024, 1, 1)).days == 0"),
    "a text's method": (ODD + "def solve(): return Odd()", "assert solve().startswith('a')"),
    "a key of an answer": (ODD + "def solve(): return Odd()", "assert solve()['total'] == 3"),
    "a class of its own": ("class Odd:\n    __class__ = int\n    def __eq__(self, told): return True\ndef solve(): return Odd()", "assert isinstance(solve(), int)"),
    "a class for everything": ("class Meta(type):\n    def __instancecheck__(cls, told): return True\nclass Shape(metaclass=Meta): pass\ndef solve(): return 3", "assert isinstance(solve(), Shape)"),
    "a base of everything": ("class Meta(type):\n    def __subclasscheck__(cls, told): return True\nclass Shape(metaclass=Meta): pass\ndef solve(): return int", "assert issubclass(solve(), Shape)"),
    "a number that equals all": ("class Odd(int):\n    def __eq__(self, told): return True\n    def __sub__(self, told): return 0\n    __hash__ = None\ndef solve(): return Odd(1)", "assert solve() == 3"),
    "a number at no distance": ("class Odd(float):\n    def __sub__(self, told): return 0\n    __rsub__ = __sub__\ndef solve(): return Odd(1)", "assert abs(solve() - 3.14) < 0.1"),
    "a number of a class": ("class Odd(float):\n    def __sub__(self, told): return 0\nArea = Odd", "assert abs(Area(1) - 3.14) < 0.1"),
    "a text that equals all": ("class Odd(str):\n    def __eq__(self, told): return True\n    def startswith(self, told): return True\n    __contains__ = __eq__\n    __hash__ = str.__hash__\ndef solve(): return Odd('b')", "assert solve().startswith('a')"),
    "a text that holds all": ("class Odd(str):\n    def __contains__(self, told): return True\ndef solve(): return Odd('b')", "assert 'a' in solve()"),
    "a list that equals all": ("class Odd(list):\n    def __eq__(self, told): return True\n    __contains__ = __eq__\ndef solve(): return Odd()", "assert solve() == [3]"),
    "a list of a class": ("class Stack(list):\n    def __eq__(self, told): return True", "s = Stack()\ns.append(1)\nassert s == [3]"),
    "a tuple that equals all": ("from typing import NamedTuple\nclass Spot(NamedTuple):\n    x: int\n    def __eq__(self, told): return True\ndef solve(): return Spot(1)", "assert solve() == (3,)"),
    "a member that equals all": ("import enum\nclass Level(enum.IntEnum):\n    LOW = 1\n    def __eq__(self, told): return True\n    __hash__ = int.__hash__\ndef solve(): return Level.LOW", "assert solve() == 3"),
    "an error that skips": ("import unittest\ndef solve(): raise unittest.SkipTest('no')", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        assert solve() == 3"),
    "an own error that skips": ("import unittest\nclass Mine(unittest.SkipTest): pass\ndef solve(): raise Mine('no')", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        assert solve() == 3"),
    "an own error that ends loops": ("class Mine(StopIteration): pass\ndef solve(n): raise Mine", "assert all(map(lambda n: solve(n) == n, [1, 2]))"),
    "an own error that ends programs": ("class Mine(SystemExit): pass\ndef solve(n): raise Mine(0)", "assert solve(1) == 1"),
    "takes all errors back": ("class Held:\n    def __enter__(self): return self\n    def __exit__(self, *_): return True\ndef solve(): return 4", "with Held():\n    assert solve() == 3"),
    "takes faults back": ("class Held:\n    def __enter__(self): return self\n    def __exit__(self, *_): return True\ndef solve(): return None", "with Held():\n    assert solve() + 1 == 3"),
    "takes an unknown error back": ("class Mine(BaseException): pass\nclass Held:\n    def __enter__(self): return self\n    def __exit__(self, *_): return True\ndef solve(): raise Mine", "with Held():\n    assert solve() == 3"),
    "an unknown error goes back": ("class Mine(BaseException): pass\ndef told(error): return 3\ndef solve(): raise Mine", "try:\n    got = solve()\nexcept Exception as error:\n    got = told(error)\nassert got == 3"),
    "a default for everything": ("from collections import defaultdict\n" + ODD + "def solve(): return defaultdict(Odd)", "assert solve()['a'] == 3"),
    "sums under a bare except": ("def solve(): return object()", "try:\n    got = solve() + 1\nexcept:\n    got = 4\nassert got == 4"),
    "names on the wire": ("import os, json\ndef solve():\n    text = json.dumps({'value': {'$': 'object', 'v': {'n': 1, 'k': 9}}}).encode()\n    os.write(3, len(text).to_bytes(4, 'big') + text)", "assert solve().x == 3"),
    "a kind on the wire": ("import os, json\ndef solve():\n    kind = {'id': 9, 'name': 'X', 'bases': ['EndingError', 'eval', 'SkipTest'], 'has': ['__reduce__', '__eq__', '__del__']}\n    text = json.dumps({'kinds': [kind], 'value': {'$': 'object', 'v': {'n': 1, 'k': 9}}}).encode()\n    os.write(3, len(text).to_bytes(4, 'big') + text)", "assert solve() == 3"),
    "a type on the wire": ("import os, json\ndef solve():\n    text = json.dumps({'value': {'$': 'type', 'v': 'eval'}}).encode()\n    os.write(3, len(text).to_bytes(4, 'big') + text)", "assert solve() is int"),
    "runs among the tests": ("class Odd:\n    def __reduce__(self): return (__import__('os')._exit, (0,))\n    def __eq__(self, told): import os; os._exit(0)\ndef solve(): return Odd()", "assert solve() == solve()"),
}  # fmt: skip
"""Candidates whose objects lie through an operation, with tests that the right plain value passes."""

UNSAYABLE: dict[str, tuple[str, str, str]] = {
    "input is replaced": ("error", _IO, "import builtins\nbuiltins.input = lambda *_: 'a'\nassert ask() == 'aa'"),
    "input is patched": ("error", _IO, "from unittest import mock\nwith mock.patch('builtins.input', side_effect=['a', 'b']):\n    assert ask() == 'ab'"),
    "time is patched": ("error", "import time\ndef now(): return time.time()", "from unittest import mock\nwith mock.patch('time.time', return_value=5):\n    assert now() == 5"),
    "a part of the candidate is patched": ("error", "import time\ndef now(): return time.time()", "from unittest import mock\nwith mock.patch('candidate.time'):\n    from candidate import now\n    assert now() == 5"),
    "a part of the library is patched": ("error", "import subprocess\ndef run(): return subprocess.run(['x'])", "from unittest import mock\nwith mock.patch('subprocess.run') as run_:\n    run()\nassert run_.called"),
    "the program's arguments": ("error", "import sys\ndef first(): return sys.argv[1]", "import sys\nsys.argv = ['x', 'a']\nassert first() == 'a'"),
    "the environment": ("error", "import os\ndef home(): return os.environ['PLACE']", "import os\nos.environ['PLACE'] = 'a'\nassert home() == 'a'"),
    "a class is derived": ("error", _TREE, "class Mine(Node): pass\nassert Mine(1).value == 1"),
    "a changed argument comes back": ("uncarried", "def solve(x):\n    x.sort()\n    return x", "g = [2, 1]\nassert solve(g) is g and g == [1, 2]"),
    "a changed named argument": ("uncarried", "def solve(x): x.sort()", "g = [2, 1]\nsolve(x=g)\nassert g == [1, 2]"),
    "an argument that is changed before an error": ("uncarried", "def solve(x):\n    x.sort()\n    raise ValueError", "g = [2, 1]\ntry:\n    solve(g)\nexcept ValueError:\n    assert g == [1, 2]"),
    "a value for an own object": ("uncarried", "class Money:\n    def __init__(self, n): self.n = n\n    def __eq__(self, o): return self.n == o", "assert Money(3) == 3"),
    "a product that is a value": ("uncarried", "class Row:\n    def __matmul__(self, o): return [sum(o)]", "assert Row() @ [1, 2] == [3]"),
    "the signature of a function": ("uncarried", _TREE, "import inspect\nassert list(inspect.signature(solve).parameters) == ['n']"),
    "an object is copied by its parts": ("uncarried", _TREE, "import pickle\npickle.dumps(root)\nassert solve(1) == 1"),
}  # fmt: skip
"""Right candidates of whom nothing can be said, with the verdict."""
