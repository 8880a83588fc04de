# Folds JSON messages, one a line, so that they fit a page; nothing is added but white space.
#
# With -v brief=1 members that are null are left out, and each record inside a result (an artifact, an event) gets two
# lines, ending in … where it has more members.

BEGIN { width = 112 }

{
    if (brief) {
        gsub(/"[A-Za-z]+":null,/, "")
        gsub(/,"[A-Za-z]+":null/, "")
    }
    line = ""
    fold($0, "  ", 0)
    print line
}

# Adds a value to the line. What doesn't fit is opened, and its members go on below, as many to a line as fit.
function fold(value, indent, depth,    members, count, i, key, member, lines) {
    count = members_of(value, members)
    if (count == 0 || length(line value) <= width) {
        line = line value
        return
    }
    if (brief && depth > 1 && value ~ /^[{]/) {
        line = line "{"
        for (i = 1; i <= count; i++) {
            if (length(line members[i]) + 4 > width) {
                if (lines++)
                    break
                next_line(substr(indent, 2))
            }
            line = line members[i] (i < count ? "," : "")
        }
        line = line (i > count ? "}" : " …}")
        return
    }
    line = line substr(value, 1, 1)
    if (depth > 0)
        next_line(indent)
    for (i = 1; i <= count; i++) {
        member = members[i] (i < count ? "," : "")
        key = match(member, /^"[^"\\]*":/) ? substr(member, 1, RLENGTH) : ""
        if (i > 1 && key == "" || length(line member) > width && (depth > 0 || length(indent member) <= width))
            next_line(indent)
        line = line key
        fold(substr(members[i], length(key) + 1), indent "  ", depth + 1)
        line = line (i < count ? "," : "")
    }
    line = line (value ~ /^[{]/ ? "}" : "]")
}

function next_line(indent) {
    if (line !~ /^ *$/)
        print line
    line = indent
}

# Splits an object or array at its own commas, and answers how many members it has; none for anything else.
function members_of(value, members,    count, depth, start, i, c, quoted) {
    if (value !~ /^[{[]./)
        return 0
    start = 2
    for (i = 2; i < length(value); i++) {
        c = substr(value, i, 1)
        if (c == "\\")
            i++
        else if (c == "\"")
            quoted = !quoted
        else if (quoted)
            continue
        else if (c == "{" || c == "[")
            depth++
        else if (c == "}" || c == "]")
            depth--
        else if (c == "," && depth == 0) {
            members[++count] = substr(value, start, i - start)
            start = i + 1
        }
    }
    if (start < length(value))
        members[++count] = substr(value, start, length(value) - start)
    return count + 0
}
