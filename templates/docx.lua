-- Word cannot show the page's SVG: where a figure stands in the page, its picture stands in the Word file.
function RawBlock(block)
  local picture = block.text:match('<figure[^>]*data%-picture="([^"]+)"')
  if picture then
    local titles = {}
    for title in block.text:gmatch('<title>(.-)</title>') do
      table.insert(titles, title)
    end
    local alt = table.concat(titles, ' '):gsub('&lt;', '<'):gsub('&gt;', '>'):gsub('&quot;', '"'):gsub('&#x27;', "'")
      :gsub('&amp;', '&')
    local width = block.text:match('data%-width="([^"]+)"')
    return pandoc.Para { pandoc.Image({ pandoc.Str(alt) }, picture, '', { alt = alt, width = width }) }
  end
end
