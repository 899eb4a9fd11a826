-- The text for a form has no pictures: neither what stands for one within a line, nor its caption.
local function nothing()
  return {}
end

return { { Image = nothing, Figure = nothing } }
