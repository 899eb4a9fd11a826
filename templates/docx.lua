-- The page prints its own front matter, not the author's: neither does Word, which would fetch what that names.
local function language_alone(meta)
  return { lang = meta.lang }
end

-- The document lies in a folder of the study: what is further up, or elsewhere, is no part of it.
local function is_in_study(address)
  local path = address:gsub('%%(%x%x)', function(code) return string.char(tonumber(code, 16)) end)
  if path:match('^%a[%w+.-]*:') or path:match('^[/\\]') then
    return path:match('^data:') ~= nil
  end
  local depth = 1
  for part in path:gmatch('[^/\\]+') do
    depth = depth + (part == '..' and -1 or part == '.' and 0 or 1)
    if depth < 0 then
      return false
    end
  end
  return true
end

local function refused_or_described(image)
  if not is_in_study(image.src) then
    io.stderr:write("The Word file asks for '" .. image.src .. "'. It lies outside the study.\n")
    os.exit(1)
  end
  if image.attributes.alt then -- which Word is not told of a picture within a line
    image.caption = { pandoc.Str(image.attributes.alt) }
    return image
  end
end

-- Word cannot show the page's SVG: where a figure stands in the page, its picture stands in the Word file.
local function picture_of(block)
  local picture = block.text:match('<figure[^>]*data%-picture="([^"]+)"')
  if picture then
    local shown = block.text:gsub('<div class="panels narrow".-</div>', '') -- what phones show tells the same again
    local titles = {}
    for title in shown:gmatch('<title>(.-)</title>') do
      table.insert(titles, title)
    end
    local alt = table.concat(titles, ' '):gsub('&lt;', '<'):gsub('&gt;', '>'):gsub('&quot;', '"'):gsub('&#x27;', "'")
      :gsub('&amp;', '&')
    local width = block.text:match('data%-width="([^"]+)"')
    return pandoc.Para { pandoc.Image({ pandoc.Str(alt) }, picture, '', { alt = alt, width = width }) }
  end
end

return { { Meta = language_alone }, { Image = refused_or_described, RawBlock = picture_of } }
