# The part of jq's library that is written in jq. A paragraph is loaded when the program, or a
# later paragraph that is loaded, names one of its functions; so a paragraph may use earlier ones only.

def empty: {}[] as $x | .;

def error: error_empty as $x | .;
def error(msg): (msg | error_empty) as $x | .;

def tostring: "\(.)";

def select(f): if f then . else empty end;

def range(from; upto): range(from; upto; 1);
def range(upto): range(0; upto; 1);

def repeat(f): def rec: f, rec; rec;

def recurse(f): def rec: ., (f | rec); rec;
def recurse: recurse(.[]?);
def recurse(f; cond): def rec: ., (f | select(cond) | rec); rec;

def while(cond; update): def rec: if cond then ., (update | rec) else empty end; rec;

def until(cond; update): def rec: if cond then . else update | rec end; rec;

def isempty(g): first((g | false), true);

def all(g; cond): isempty(g | cond | select(not));
def all(cond): all(.[]; cond);
def all: all(.[]; .);

def any(g; cond): isempty(g | cond | select(.)) | not;
def any(cond): any(.[]; cond);
def any: any(.[]; .);

def map(f): [.[] | f];

def map_values(f): .[] |= f;

def values: select(. != null);

def nulls: select(. == null);

def booleans: select(type == "boolean");

def numbers: select(type == "number");

def strings: select(type == "string");

def arrays: select(type == "array");

def objects: select(type == "object");

def iterables: select(type | . == "array" or . == "object");

def scalars: select(type | . != "array" and . != "object");

def finites: select(type == "number" and (isinfinite or isnan | not));

def normals: select(type == "number" and isnormal);

def toarray: if type == "array" then . else [.] end;

def abs: if type == "number" and . < 0 then -. else . end;

def significand: if . == 0 or isinfinite or isnan then . else scalbln(.; ilogb | -1 * .) end;

def logb: if . == 0 then -infinite elif isinfinite then infinite elif isnan then . else ilogb end;

def gamma: lgamma;

def pow10: pow(10; .);

def drem($l; r): remainder($l; r) | if . == 0 then copysign(.; $l) end;

def scalb(x; e): x * pow(2; e);

def nexttoward(x; y): nextafter(x; y);

def add(f): reduce f as $x (null; . + $x);

def first: .[0];

def last: .[-1];

def nth($n): .[$n];
def nth($n; g): if $n < 0 then error("nth doesn't support negative indices") else first(skip($n; g)) end;

def in(xs): . as $x | xs | has($x);

def inside(xs): . as $x | xs | contains($x);

def index($i): indices($i) | .[0];

def rindex($i): indices($i) | .[-1:][0];

def flatten: flatten(1e9);

def transpose: if . == [] then [] else . as $rows | (map(length) | sort | last) as $n | [range($n) as $i | [$rows[][$i]]] end;

def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $rest | [$x] + $rest end;
def combinations($n): . as $dot | [range($n) | $dot] | combinations;

def min_by(f): first(min_by_or_empty(f), null);

def max_by(f): first(max_by_or_empty(f), null);

def min: min_by(.);

def max: max_by(.);

def unique_by(f): [group_by(f)[] | .[0]];

def from_entries: reduce .[] as $x ({}; . + {
  ($x | if .key == null then .k // .name // .Name // .Key // .K else .key end | if type == "string" then . else tojson end):
  ($x | if has("value") then .value elif has("v") then .v else .Value end)});

def with_entries(f): to_entries | map(f) | from_entries;

def paths: path(..) | select(length > 0);
def paths(p): path_value(..) | select(.[0] | length > 0) | if (.[1] | p) then .[0] else empty end;

def leaf_paths: paths(type | . != "array" and . != "object");

def getpath($path): reduce $path[] as $p (.; .[$p]);

def setpath($path; $x): getpath($path) = $x;

def del(f): delpaths([path(f)]);

def pick(f): . as $in | reduce path(f) as $p (null; setpath($p; $in | getpath($p)));

def walk(f): def rec: (if type == "object" or type == "array" then map_values(rec) else . end) | f; rec;

def tostream: path(def r: (.[]?|r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p+$q]);

def fromstream(f): {x: null, e: false} as $init
  | foreach f as $i ($init;
      if .e then $init else . end
      | if $i | length == 2
        then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
        else setpath(["e"]; $i[0] | length == 1) end;
      if .e then .x else empty end);

def truncate_stream(stream): . as $n | null | stream | . as $input | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;

def ascii: [.] | implode;

def trimstr($x): ltrimstr($x) | rtrimstr($x);

def test(re; flags): is_match(re; flags);
def test($re): if ($re | type) == "array" then is_match($re[0]; $re[1]) else is_match($re; null) end;

def match(re; flags): find_matches(re; flags)[];
def match($re): if ($re | type) == "array" then match($re[0]; $re[1]) else match($re; null) end;

def capture(re; flags): match(re; flags) | [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def capture($re): if ($re | type) == "array" then capture($re[0]; $re[1]) else capture($re; null) end;

def scan($re; $flags): match($re; "g" + $flags) | if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan($re): if ($re | type) == "array" then scan($re[0]; $re[1]) else scan($re; null) end;

def split($re; $flags): [split_matches($re; "g" + $flags)[] | strings];

def splits($re; flags): split($re; flags)[];
def splits($re): splits($re; null);

def sub($re; str; $flags): reduce split_matches($re; $flags)[] as $part (""; . + ($part | if type == "string" then . else str end));
def sub($re; str): sub($re; str; "");

def gsub($re; str; $flags): sub($re; str; $flags + "g");
def gsub($re; str): sub($re; str; "g");

def todateiso8601: todate;

def fromdateiso8601: fromdate;

def date: todate;

def dateadd(unit; n): . + n;

def datesub(unit; n): . - n;

def @text: tostring;

def @json: tojson;

def @html: tostring | escape_html;

def @uri: tostring | encode_uri;

def @urid: tostring | decode_uri;

def @csv: csv_row;

def @tsv: tsv_row;

def @sh: if type == "array" then map(if type == "string" then "'\(escape_sh)'" elif type == "array" or type == "object" then error("\(type) can not be escaped for shell") else tojson end) | join(" ")
  elif type == "string" then "'\(escape_sh)'" elif type == "object" then error("object can not be escaped for shell") else tojson end;

def @base64: tostring | encode_base64;

def @base64d: tostring | decode_base64;

def @base32: tostring | encode_base32;

def IN(src): any(src == .; .);
def IN(s; src): any(s == src; .);

def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);

def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; rows; key): rows | [., $index[key]];
def JOIN($index; rows; key; join): rows | [., $index[key]] | join;

