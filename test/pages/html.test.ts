import test from 'ava'
import { Html, html } from '../../src/pages/html.ts'

test('whatever is put into a template is escaped, in text and in attributes', (t) => {
  const hostile = `<script>alert("1")</script>' onload='x' & &amp; </title>`
  const { text } = html`<p title="${hostile}" lang='${hostile}'>${hostile}</p>`
  const escaped =
    '&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39; onload=&#39;x&#39; &#38; &#38;amp; &#60;/title&#62;'
  t.is(text, `<p title="${escaped}" lang='${escaped}'>${escaped}</p>`)
})

test('what is markup already stays as it is, and is not escaped twice', (t) => {
  t.is(html`<ul>${html`<li>${'<b>'}</li>`}</ul>`.text, '<ul><li>&#60;b&#62;</li></ul>')
})

test('the parts of a list follow one another, each escaped unless it is markup', (t) => {
  t.is(html`${['<', html`<br>`, ['>', false, undefined]]}`.text, '&#60;<br>&#62;')
})

test('nothing is shown for undefined and false, and an empty text is empty', (t) => {
  t.is(html`a${undefined}b${false}c${''}d`.text, 'abcd')
})

test('text that looks like a template or a replacement pattern stays what it is', (t) => {
  t.is(html`<p>${'${x} $& $1 \\n {{y}}'}</p>`.text, '<p>${x} $&#38; $1 \\n {{y}}</p>')
})

test('text that only looks like markup of ours is escaped', (t) => {
  t.is(html`${String(new Html('<b>'))}`.text, '[object Object]')
  t.is(html`${JSON.stringify({ text: '<b>' })}`.text, '{&#34;text&#34;:&#34;&#60;b&#62;&#34;}')
})
