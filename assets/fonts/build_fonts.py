#!/usr/bin/python3
"""Builds the two interface fonts of Countersign.

Fyne takes one font resource a style and looks only in its own built-in fonts
after that, so one file has to carry Latin and Chinese. This script draws the
Latin of Inter (tabular digits) into a subset of Noto Sans SC, scaled to its
units, with Inter's line metrics and kerning.

    build_fonts.py NOTO_DIR INTER_DIR OUT_DIR

NOTO_DIR holds NotoSansSC-{Regular,Bold}-ui.otf (GB2312, Latin, East Asian
punctuation), INTER_DIR Inter-{Regular,SemiBold}.otf (Debian: fonts-inter).
"""
import os
import sys
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

LATIN = (set(range(0x20, 0x250)) | set(range(0x1E00, 0x1F00)) | set(range(0x2010, 0x2060))
         | set(range(0x2070, 0x20D0)) | set(range(0x2190, 0x21A0))
         | {0x2116, 0x2122, 0x2026, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x2713, 0x2717, 0x25CF, 0x25CB, 0xFFFD})
# Characters typed for their breaking rule, drawn as their plain form.
ALIAS = {0x2011: 0x2D, 0x00A0: 0x20, 0x202F: 0x2009, 0x2010: 0x2D}


def tabular(f):
    """Figures of equal width, so that columns and counting numbers stand still: code -> glyph."""
    gsub, cmap, out = f["GSUB"].table, f.getBestCmap(), {}
    for rec in gsub.FeatureList.FeatureRecord:
        if rec.FeatureTag != "tnum":
            continue
        for i in rec.Feature.LookupListIndex:
            for st in gsub.LookupList.Lookup[i].SubTable:
                mapping = getattr(st, "ExtSubTable", st).mapping
                out.update({c: mapping[cmap[c]] for c in range(0x30, 0x3A) if cmap[c] in mapping})
    if len(out) != 10:
        raise SystemExit("this Inter has no tabular figures")
    return out


def load_inter(path):
    f = TTFont(path)
    cmap = f.getBestCmap()
    figures = tabular(f)
    want = {c for c in LATIN if c in cmap}
    o = subset.Options()
    o.layout_features = ["kern"]
    o.hinting = False
    o.desubroutinize = True
    s = subset.Subsetter(o)
    s.populate(unicodes=want, glyphs=list(figures.values()))
    s.subset(f)
    scale_upem(f, 1000)
    return f, figures


def rename_glyphs(obj, names, seen):
    """Renames glyphs in a GPOS tree, which holds them as strings."""
    if obj is None or isinstance(obj, (int, float, str, bytes)) or id(obj) in seen:
        return
    seen.add(id(obj))
    if isinstance(obj, (list, tuple)):
        for x in obj:
            rename_glyphs(x, names, seen)
        return
    d = getattr(obj, "__dict__", None)
    if d is None:
        return
    kind = type(obj).__name__
    if kind == "Coverage":
        obj.glyphs = [names[g] for g in obj.glyphs]
        return
    if kind in ("ClassDef", "ClassDef1", "ClassDef2"):
        obj.classDefs = {names[g]: c for g, c in obj.classDefs.items()}
        return
    if kind == "PairValueRecord":
        obj.SecondGlyph = names[obj.SecondGlyph]
    for x in list(d.values()):
        rename_glyphs(x, names, seen)


def merge(noto, inter, out, style):
    base = TTFont(noto)
    src, figures = load_inter(inter)
    scmap = dict(src.getBestCmap())
    scmap.update(figures)
    sset = src.getGlyphSet()

    cff = base["CFF "].cff
    top = cff.topDictIndex[0]
    chars = top.CharStrings
    private = top.FDArray[0].Private
    bcmap = dict(base.getBestCmap())
    # A glyph shared with another character must not change under it.
    uses = {}
    for c, g in bcmap.items():
        uses.setdefault(g, set()).add(c)
    latin = set(scmap) | set(ALIAS)

    order = list(base.getGlyphOrder())
    cids = {int(g[3:]) for g in order if g.startswith("cid")}
    free = (n for n in range(1, 65535) if n not in cids)
    made = {}  # Inter glyph -> merged glyph
    for code, g in sorted(scmap.items()):
        if g in made:
            bcmap[code] = made[g]
            continue
        old = bcmap.get(code)
        if old and uses[old] <= latin and old not in made.values():
            name = old
        else:
            name = "cid%05d" % next(free)
            order.append(name)
        # Scaling rounds each width by itself; figures keep one.
        width = src["hmtx"][figures[0x30] if g in figures.values() else g][0]
        # A charstring names its width as a difference, or not at all when it is the default.
        pen = T2CharStringPen(None if width == private.defaultWidthX else width - private.nominalWidthX, None)
        sset[g].draw(pen)
        body = pen.getCharString(private=private, globalSubrs=cff.GlobalSubrs)
        if name in chars.charStrings:
            idx = chars.charStrings[name]
            chars.charStringsIndex[idx] = body
            top.FDSelect.gidArray[idx] = 0
        else:
            chars.charStringsIndex.append(body)
            chars.charStrings[name] = len(chars.charStringsIndex) - 1
            if name not in top.charset:
                top.charset.append(name)
            top.FDSelect.gidArray.append(0)
        base["hmtx"].metrics[name] = (width, 0)
        made[g] = name
        bcmap[code] = name
    for code, as_code in ALIAS.items():
        if as_code in bcmap:
            bcmap[code] = bcmap[as_code]

    base.setGlyphOrder(order)
    base["maxp"].numGlyphs = len(order)
    top.numGlyphs = len(order)
    for t in base["cmap"].tables:
        if t.isUnicode():
            t.cmap = {c: g for c, g in bcmap.items() if c < 0x10000 or t.format == 12}

    for tag in ("GSUB", "GPOS", "GDEF", "VORG", "vhea", "vmtx", "BASE", "DSIG"):
        if tag in base:
            del base[tag]
    gpos = src["GPOS"]
    keep = dict(made)
    for g in src.getGlyphOrder():
        keep.setdefault(g, ".dropped")
    rename_glyphs(gpos.table, keep, set())
    base["GPOS"] = gpos
    tidy(gpos.table, ".dropped", {g: i for i, g in enumerate(order)})

    # Inter's line metrics, so that a line is as high in every language.
    for tag, names in (("hhea", ("ascent", "descent", "lineGap")),
                       ("OS/2", ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent", "sxHeight", "sCapHeight"))):
        for n in names:
            setattr(base[tag], n, getattr(src[tag], n))
    for rec in base["name"].names:
        if rec.nameID in (1, 16):
            rec.string = "Countersign UI"
        elif rec.nameID in (4,):
            rec.string = "Countersign UI " + style
        elif rec.nameID in (6,):
            rec.string = "CountersignUI-" + style
        elif rec.nameID in (2, 17):
            rec.string = style
    cff.fontNames[0] = "CountersignUI-" + style
    base.save(out)
    print(out, os.path.getsize(out), len(made), "Latin glyphs", len(order), "in all")


def tidy(gpos, dropped, rank):
    """Removes what names a glyph that was not carried over, and sorts by the new glyph order."""
    for lookup in gpos.LookupList.Lookup:
        for st in lookup.SubTable:
            st = getattr(st, "ExtSubTable", st)
            if not hasattr(st, "Coverage"):
                continue
            cov = st.Coverage.glyphs
            if hasattr(st, "PairSet") and st.Format == 1:
                pairs = sorted(((g, p) for g, p in zip(cov, st.PairSet) if g != dropped), key=lambda gp: rank[gp[0]])
                st.Coverage.glyphs = [g for g, _ in pairs]
                st.PairSet = [p for _, p in pairs]
                for p in st.PairSet:
                    p.PairValueRecord = sorted((r for r in p.PairValueRecord if r.SecondGlyph != dropped),
                                               key=lambda r: rank[r.SecondGlyph])
                    p.PairValueCount = len(p.PairValueRecord)
                st.PairSetCount = len(st.PairSet)
            else:
                st.Coverage.glyphs = sorted((g for g in cov if g != dropped), key=lambda g: rank[g])
                st.ClassDef1.classDefs.pop(dropped, None)
                st.ClassDef2.classDefs.pop(dropped, None)


if __name__ == "__main__":
    noto_dir, inter_dir, out_dir = sys.argv[1:4]
    for style, n, i in (("Regular", "Regular", "Regular"), ("Bold", "Bold", "SemiBold")):
        merge(os.path.join(noto_dir, "NotoSansSC-%s-ui.otf" % n), os.path.join(inter_dir, "Inter-%s.otf" % i),
              os.path.join(out_dir, "CountersignUI-%s.otf" % style), style)
