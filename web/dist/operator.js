var Fe,m,vn,xt,G,pn,yn,_n,wt,Re,ve,wn,St,bt,kt,Ar,Le={},Ie=[],jr=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,Ne=Array.isArray;function B(n,e){for(var t in e)n[t]=e[t];return n}function Mt(n){n&&n.parentNode&&n.parentNode.removeChild(n)}function Et(n,e,t){var r,o,i,a={};for(i in e)i=="key"?r=e[i]:i=="ref"?o=e[i]:a[i]=e[i];if(arguments.length>2&&(a.children=arguments.length>3?Fe.call(arguments,2):t),typeof n=="function"&&n.defaultProps!=null)for(i in n.defaultProps)a[i]===void 0&&(a[i]=n.defaultProps[i]);return De(n,a,r,o,null)}function De(n,e,t,r,o){var i={type:n,props:e,key:t,ref:r,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:o??++vn,__i:-1,__u:0};return o==null&&m.vnode!=null&&m.vnode(i),i}function T(n){return n.children}function ne(n,e){this.props=n,this.context=e}function K(n,e){if(e==null)return n.__?K(n.__,n.__i+1):null;for(var t;e<n.__k.length;e++)if((t=n.__k[e])!=null&&t.__e!=null)return t.__e;return typeof n.type=="function"?K(n):null}function Rr(n){if(n.__P&&n.__d){var e=n.__v,t=e.__e,r=[],o=[],i=B({},e);i.__v=e.__v+1,m.vnode&&m.vnode(i),Ct(n.__P,i,e,n.__n,n.__P.namespaceURI,32&e.__u?[t]:null,r,t??K(e),!!(32&e.__u),o),i.__v=e.__v,i.__.__k[i.__i]=i,Mn(r,i,o),e.__e=e.__=null,i.__e!=t&&bn(i)}}function bn(n){if((n=n.__)!=null&&n.__c!=null)return n.__e=n.__c.base=null,n.__k.some(function(e){if(e!=null&&e.__e!=null)return n.__e=n.__c.base=e.__e}),bn(n)}function fn(n){(!n.__d&&(n.__d=!0)&&G.push(n)&&!Ue.__r++||pn!=m.debounceRendering)&&((pn=m.debounceRendering)||yn)(Ue)}function Ue(){try{for(var n,e=1;G.length;)G.length>e&&G.sort(_n),n=G.shift(),e=G.length,Rr(n)}finally{G.length=Ue.__r=0}}function kn(n,e,t,r,o,i,a,d,u,c,h){var f,l,p,_,D,O,C=r&&r.__k||Ie,g=e.length;for(u=Dr(t,e,C,u,g),f=0;f<g;f++)(p=t.__k[f])!=null&&(l=p.__i!=-1&&C[p.__i]||Le,p.__i=f,O=Ct(n,p,l,o,i,a,d,u,c,h),_=p.__e,p.ref&&l.ref!=p.ref&&(l.ref&&Tt(l.ref,null,p),h.push(p.ref,p.__c||_,p)),D==null&&_!=null&&(D=_),4&p.__u?(u=xn(p,u,n),l.__e&&(l.__e=null)):typeof p.type=="function"&&O!==void 0?u=O:_&&(u=_.nextSibling),p.__u&=-7);return t.__e=D,u}function Dr(n,e,t,r,o){var i,a,d,u,c,h=t.length,f=h,l=0;for(n.__k=new Array(o),i=0;i<o;i++)(a=e[i])!=null&&typeof a!="boolean"&&typeof a!="function"?(typeof a=="string"||typeof a=="number"||typeof a=="bigint"||a.constructor==String?a=n.__k[i]=De(null,a,null,null,null):Ne(a)?a=n.__k[i]=De(T,{children:a},null,null,null):a.constructor===void 0&&a.__b>0?a=n.__k[i]=De(a.type,a.props,a.key,a.ref?a.ref:null,a.__v):n.__k[i]=a,u=i+l,a.__=n,a.__b=n.__b+1,d=null,(c=a.__i=Lr(a,t,u,f))!=-1&&(f--,(d=t[c])&&(d.__u|=2)),d==null||d.__v==null?(c==-1&&(o>h?l--:o<h&&l++),typeof a.type!="function"&&(a.__u|=4)):c!=u&&(c==u-1?l--:c==u+1?l++:(c>u?l--:l++,a.__u|=4))):n.__k[i]=null;if(f)for(i=0;i<h;i++)(d=t[i])!=null&&(2&d.__u)==0&&(d.__e==r&&(r=K(d)),Cn(d,d));return r}function xn(n,e,t){var r,o;if(typeof n.type=="function"){for(r=n.__k,o=0;r&&o<r.length;o++)r[o]&&(r[o].__=n,e=xn(r[o],e,t));return e}n.__e!=e&&(e&&n.type&&!e.parentNode&&(e=K(n)),e=t.insertBefore(n.__e,e||null));do e=e&&e.nextSibling;while(e!=null&&e.nodeType==8);return e}function Lr(n,e,t,r){var o,i,a,d=n.key,u=n.type,c=e[t],h=c!=null&&(2&c.__u)==0;if(c===null&&d==null||h&&d==c.key&&u==c.type)return t;if(r>(h?1:0)){for(o=t-1,i=t+1;o>=0||i<e.length;)if((c=e[a=o>=0?o--:i++])!=null&&(2&c.__u)==0&&d==c.key&&u==c.type)return a}return-1}function mn(n,e,t){e[0]=="-"?n.setProperty(e,t??""):n[e]=t==null?"":typeof t!="number"||jr.test(e)?t:t+"px"}function je(n,e,t,r,o){var i,a;e:if(e=="style")if(typeof t=="string")n.style.cssText=t;else{if(typeof r=="string"&&(n.style.cssText=r=""),r)for(e in r)t&&e in t||mn(n.style,e,"");if(t)for(e in t)r&&t[e]==r[e]||mn(n.style,e,t[e])}else if(e[0]=="o"&&e[1]=="n")i=e!=(e=e.replace(wn,"$1")),a=e.toLowerCase(),e=a in n||e=="onFocusOut"||e=="onFocusIn"?a.slice(2):e.slice(2),n.l||(n.l={}),n.l[e+i]=t,t?r?t[ve]=r[ve]:(t[ve]=St,n.addEventListener(e,i?kt:bt,i)):n.removeEventListener(e,i?kt:bt,i);else{if(o=="http://www.w3.org/2000/svg")e=e.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(e!="width"&&e!="height"&&e!="href"&&e!="list"&&e!="form"&&e!="tabIndex"&&e!="download"&&e!="rowSpan"&&e!="colSpan"&&e!="role"&&e!="popover"&&e in n)try{n[e]=t??"";break e}catch{}typeof t=="function"||(t==null||t===!1&&e[4]!="-"?n.removeAttribute(e):n.setAttribute(e,e=="popover"&&t==1?"":t))}}function gn(n){return function(e){if(this.l){var t=this.l[e.type+n];if(e[Re]==null)e[Re]=St++;else if(e[Re]<t[ve])return;return t(m.event?m.event(e):e)}}}function Ct(n,e,t,r,o,i,a,d,u,c){var h,f,l,p,_,D,O,C,g,I,me,J,ge,hn,Ae,_t,U=e.type;if(e.constructor!==void 0)return null;128&t.__u&&(u=!!(32&t.__u),i=[d=e.__e=t.__e]),(h=m.__b)&&h(e);e:if(typeof U=="function"){f=a.length;try{if(g=e.props,I=U.prototype&&U.prototype.render,me=(h=U.contextType)&&r[h.__c],J=h?me?me.props.value:h.__:r,t.__c?C=(l=e.__c=t.__c).__=l.__E:(I?e.__c=l=new U(g,J):(e.__c=l=new ne(g,J),l.constructor=U,l.render=Ur),me&&me.sub(l),l.state||(l.state={}),l.__n=r,p=l.__d=!0,l.__h=[],l._sb=[]),I&&l.__s==null&&(l.__s=l.state),I&&U.getDerivedStateFromProps!=null&&(l.__s==l.state&&(l.__s=B({},l.__s)),B(l.__s,U.getDerivedStateFromProps(g,l.__s))),_=l.props,D=l.state,l.__v=e,p)I&&U.getDerivedStateFromProps==null&&l.componentWillMount!=null&&l.componentWillMount(),I&&l.componentDidMount!=null&&l.__h.push(l.componentDidMount);else{if(I&&U.getDerivedStateFromProps==null&&g!==_&&l.componentWillReceiveProps!=null&&l.componentWillReceiveProps(g,J),e.__v==t.__v||!l.__e&&l.shouldComponentUpdate!=null&&l.shouldComponentUpdate(g,l.__s,J)===!1){e.__v!=t.__v&&(l.props=g,l.state=l.__s,l.__d=!1),e.__e=t.__e,e.__k=t.__k,e.__k.some(function(te){te&&(te.__=e)}),Ie.push.apply(l.__h,l._sb),l._sb=[],l.__h.length&&a.push(l),d=K(t);break e}l.componentWillUpdate!=null&&l.componentWillUpdate(g,l.__s,J),I&&l.componentDidUpdate!=null&&l.__h.push(function(){l.componentDidUpdate(_,D,O)})}if(l.context=J,l.props=g,l.__P=n,l.__e=!1,ge=m.__r,hn=0,I)l.state=l.__s,l.__d=!1,ge&&ge(e),h=l.render(l.props,l.state,l.context),Ie.push.apply(l.__h,l._sb),l._sb=[];else do l.__d=!1,ge&&ge(e),h=l.render(l.props,l.state,l.context),l.state=l.__s;while(l.__d&&++hn<25);l.state=l.__s,l.getChildContext!=null&&(r=B(B({},r),l.getChildContext())),I&&!p&&l.getSnapshotBeforeUpdate!=null&&(O=l.getSnapshotBeforeUpdate(_,D)),Ae=h!=null&&h.type===T&&h.key==null?En(h.props.children):h,d=kn(n,Ne(Ae)?Ae:[Ae],e,t,r,o,i,a,d,u,c),l.base=e.__e,e.__u&=-161,l.__h.length&&a.push(l),C&&(l.__E=l.__=null)}catch(te){if(a.length=f,e.__v=null,u||i!=null){if(te.then){for(e.__u|=u?160:128;d&&d.nodeType==8&&d.nextSibling;)d=d.nextSibling;i!=null&&(i[i.indexOf(d)]=null),e.__e=d}else if(i!=null)for(_t=i.length;_t--;)Mt(i[_t])}else e.__e=t.__e;e.__k==null&&(e.__k=t.__k||[]),te.then||Sn(e),m.__e(te,e,t)}}else i==null&&e.__v==t.__v?(e.__k=t.__k,e.__e=t.__e):d=e.__e=Ir(t.__e,e,t,r,o,i,a,u,c);return(h=m.diffed)&&h(e),128&e.__u?void 0:d}function Sn(n){n&&(n.__c&&(n.__c.__e=!0),n.__k&&n.__k.some(Sn))}function Mn(n,e,t){for(var r=0;r<t.length;r++)Tt(t[r],t[++r],t[++r]);m.__c&&m.__c(e,n),n.some(function(o){try{n=o.__h,o.__h=[],n.some(function(i){i.call(o)})}catch(i){m.__e(i,o.__v)}})}function En(n){return typeof n!="object"||n==null||n.__b>0?n:Ne(n)?n.map(En):n.constructor!==void 0?null:B({},n)}function Ir(n,e,t,r,o,i,a,d,u){var c,h,f,l,p,_,D,O=t.props||Le,C=e.props,g=e.type;if(g=="svg"?o="http://www.w3.org/2000/svg":g=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),i!=null){for(c=0;c<i.length;c++)if((p=i[c])&&"setAttribute"in p==!!g&&(g?p.localName==g:p.nodeType==3)){n=p,i[c]=null;break}}if(n==null){if(g==null)return document.createTextNode(C);n=document.createElementNS(o,g,C.is&&C),d&&(m.__m&&m.__m(e,i),d=!1),i=null}if(g==null)O===C||d&&n.data==C||(n.data=C);else{if(i=g=="textarea"&&C.defaultValue!=null?null:i&&Fe.call(n.childNodes),!d&&i!=null)for(O={},c=0;c<n.attributes.length;c++)O[(p=n.attributes[c]).name]=p.value;for(c in O)p=O[c],c=="dangerouslySetInnerHTML"?f=p:c=="children"||c in C||c=="value"&&"defaultValue"in C||c=="checked"&&"defaultChecked"in C||je(n,c,null,p,o);for(c in C)p=C[c],c=="children"?l=p:c=="dangerouslySetInnerHTML"?h=p:c=="value"?_=p:c=="checked"?D=p:d&&typeof p!="function"||O[c]===p||je(n,c,p,O[c],o);if(h)d||f&&(h.__html==f.__html||h.__html==n.innerHTML)||(n.innerHTML=h.__html),e.__k=[];else if(f&&(n.innerHTML=""),kn(e.type=="template"?n.content:n,Ne(l)?l:[l],e,t,r,g=="foreignObject"?"http://www.w3.org/1999/xhtml":o,i,a,i?i[0]:t.__k&&K(t,0),d,u),i!=null)for(c=i.length;c--;)Mt(i[c]);d&&g!="textarea"||(c="value",g=="progress"&&_==null?n.removeAttribute("value"):_!=null&&(_!==n[c]||g=="progress"&&!_||g=="option"&&_!=O[c])&&je(n,c,_,O[c],o),c="checked",D!=null&&D!=n[c]&&je(n,c,D,O[c],o))}return n}function Tt(n,e,t){try{if(typeof n=="function"){var r=typeof n.__u=="function";r&&n.__u(),r&&e==null||(n.__u=n(e))}else n.current=e}catch(o){m.__e(o,t)}}function Cn(n,e,t){var r,o;if(m.unmount&&m.unmount(n),(r=n.ref)&&(r.current&&r.current!=n.__e||Tt(r,null,e)),(r=n.__c)!=null){if(r.componentWillUnmount)try{r.componentWillUnmount()}catch(i){m.__e(i,e)}r.base=r.__P=r.__n=null}if(r=n.__k)for(o=0;o<r.length;o++)r[o]&&Cn(r[o],e,t||typeof n.type!="function");t||Mt(n.__e),n.__c=n.__=n.__e=void 0}function Ur(n,e,t){return this.constructor(n,t)}function Tn(n,e,t){var r,o,i,a;e==document&&(e=document.documentElement),m.__&&m.__(n,e),o=(r=typeof t=="function")?null:t&&t.__k||e.__k,i=[],a=[],Ct(e,n=(!r&&t||e).__k=Et(T,null,[n]),o||Le,Le,e.namespaceURI,!r&&t?[t]:o?null:e.firstChild?Fe.call(e.childNodes):null,i,!r&&t?t:o?o.__e:e.firstChild,r,a),Mn(i,n,a),n.props.children=null}Fe=Ie.slice,m={__e:function(n,e,t,r){for(var o,i,a;e=e.__;)if((o=e.__c)&&!o.__)try{if((i=o.constructor)&&i.getDerivedStateFromError!=null&&(o.setState(i.getDerivedStateFromError(n)),a=o.__d),o.componentDidCatch!=null&&(o.componentDidCatch(n,r||{}),a=o.__d),a)return o.__E=o}catch(d){n=d}throw n}},vn=0,xt=function(n){return n!=null&&n.constructor===void 0},ne.prototype.setState=function(n,e){var t;t=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=B({},this.state),typeof n=="function"&&(n=n(B({},t),this.props)),n&&B(t,n),n!=null&&this.__v&&(e&&this._sb.push(e),fn(this))},ne.prototype.forceUpdate=function(n){this.__v&&(this.__e=!0,n&&this.__h.push(n),fn(this))},ne.prototype.render=T,G=[],yn=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,_n=function(n,e){return n.__v.__b-e.__v.__b},Ue.__r=0,wt=Math.random().toString(8),Re="__d"+wt,ve="__a"+wt,wn=/(PointerCapture)$|Capture$/i,St=0,bt=gn(!1),kt=gn(!0),Ar=0;var re,b,Pt,Pn,Ot=0,Un=[],k=m,On=k.__b,An=k.__r,jn=k.diffed,Rn=k.__c,Dn=k.unmount,Ln=k.__;function $e(n,e){k.__h&&k.__h(b,n,Ot||e),Ot=0;var t=b.__H||(b.__H={__:[],__h:[]});return n>=t.__.length&&t.__.push({}),t.__[n]}function ye(n){return Ot=1,Fr(qn,n)}function Fr(n,e,t){var r=$e(re++,2);if(r.t=n,!r.__c&&(r.__=[t?t(e):qn(void 0,e),function(d){var u=r.__N?r.__N[0]:r.__[0],c=r.t(u,d);u!==c&&(r.__N=[c,r.__[1]],r.__c.setState({}))}],r.__c=b,!b.__f)){var o=function(d,u,c){if(!r.__c.__H)return!0;var h=!1,f=r.__c.props!==d;if(r.__c.__H.__.some(function(p){if(p.__N){h=!0;var _=p.__[0];p.__=p.__N,p.__N=void 0,_!==p.__[0]&&(f=!0)}}),i){var l=i.call(this,d,u,c);return h?l||f:l}return!h||f};b.__f=!0;var i=b.shouldComponentUpdate,a=b.componentWillUpdate;b.componentWillUpdate=function(d,u,c){if(this.__e){var h=i;i=void 0,o(d,u,c),i=h}a&&a.call(this,d,u,c)},b.shouldComponentUpdate=o}return r.__N||r.__}function jt(n,e){var t=$e(re++,3);!k.__s&&Nn(t.__H,e)&&(t.__=n,t.u=e,b.__H.__h.push(t))}function _e(n,e){var t=$e(re++,7);return Nn(t.__H,e)&&(t.__=n(),t.__H=e,t.__h=n),t.__}function Fn(){var n=$e(re++,11);if(!n.__){for(var e=b.__v;e!==null&&!e.__m&&e.__!==null;)e=e.__;var t=e.__m||(e.__m=[0,0]);n.__="P"+t[0]+"-"+t[1]++}return n.__}function Nr(){for(var n;n=Un.shift();){var e=n.__H;if(n.__P&&e)try{e.__h.some(qe),e.__h.some(At),e.__h=[]}catch(t){e.__h=[],k.__e(t,n.__v)}}}k.__b=function(n){b=null,On&&On(n)},k.__=function(n,e){n&&e.__k&&e.__k.__m&&(n.__m=e.__k.__m),Ln&&Ln(n,e)},k.__r=function(n){An&&An(n),re=0;var e=(b=n.__c).__H;e&&(Pt===b?(e.__h=[],b.__h=[],e.__.some(function(t){t.__N&&(t.__=t.__N),t.u=t.__N=void 0})):(e.__h.some(qe),e.__h.some(At),e.__h=[],re=0)),Pt=b},k.diffed=function(n){jn&&jn(n);var e=n.__c;e&&e.__H&&(e.__H.__h.length&&(Un.push(e)!==1&&Pn===k.requestAnimationFrame||((Pn=k.requestAnimationFrame)||qr)(Nr)),e.__H.__.some(function(t){t.u&&(t.__H=t.u,t.u=void 0)})),Pt=b=null},k.__c=function(n,e){e.some(function(t){try{t.__h.some(qe),t.__h=t.__h.filter(function(r){return!r.__||At(r)})}catch(r){e.some(function(o){o.__h&&(o.__h=[])}),e=[],k.__e(r,t.__v)}}),Rn&&Rn(n,e)},k.unmount=function(n){Dn&&Dn(n);var e,t=n.__c;t&&t.__H&&(t.__H.__.some(function(r){try{qe(r)}catch(o){e=o}}),t.__H=void 0,e&&k.__e(e,t.__v))};var In=typeof requestAnimationFrame=="function";function qr(n){var e,t=function(){clearTimeout(r),In&&cancelAnimationFrame(e),setTimeout(n)},r=setTimeout(t,35);In&&(e=requestAnimationFrame(t))}function qe(n){var e=b,t=n.__c;typeof t=="function"&&(n.__c=void 0,t()),b=e}function At(n){var e=b;n.__c=n.__(),b=e}function Nn(n,e){return!n||n.length!==e.length||e.some(function(t,r){return t!==n[r]})}function qn(n,e){return typeof e=="function"?e(n):e}var oe={bad_message:"mend",unknown_message:"give up",unsupported_version:"give up",auth_required:"mend",auth_failed:"mend",token_expired:"mend",second_factor_required:"mend",second_factor_missing:"mend",link_required:"mend",login_too_old:"mend",address_unverified:"mend",forbidden:"give up",not_found:"give up",not_joined:"mend",validation:"mend",conflict:"mend",taken:"mend",archived:"give up",limit_reached:"mend",rate_limited:"wait",unavailable:"wait",position_ahead:"mend",id_reused:"mend",op_invalid:"mend",op_exists:"mend",op_cycle:"mend",nothing_to_undo:"give up",nothing_to_redo:"give up",compacted:"give up",snapshot_damaged:"give up",not_done:"mend",internal:"wait"},$n={1012:{name:"restarting",reconnect:!0,meaning:"The server stops or restarts; come back with jitter."},1013:{name:"overloaded",reconnect:!0,meaning:"The server is full; come back later, with jitter."},4002:{name:"silent",reconnect:!0,meaning:"The client sent nothing for too long; come back and resume."},4003:{name:"token_expired",reconnect:!0,meaning:"Refresh the access token, then come back."},4004:{name:"rate_limited",reconnect:!0,meaning:"Too many messages for too long; come back slower."},4005:{name:"too_many_connections",reconnect:!0,meaning:"This user has too many open; close one, or come back later."},4006:{name:"no_hello",reconnect:!0,meaning:"No hello or login arrived in time; come back when there is one."},4500:{name:"replaced",reconnect:!1,meaning:"The same user on the same device connected again."},4501:{name:"session_revoked",reconnect:!1,meaning:"This login was ended; log in again."},4503:{name:"bad_messages",reconnect:!1,meaning:"Too many frames that hold no message; correct the client."},4506:{name:"unsupported_version",reconnect:!1,meaning:"No common protocol version; update the client."},4507:{name:"auth_failed",reconnect:!1,meaning:"The token of hello is not valid; log in again."}},we={project:{defaults:{name:"",key:null,scale:null,timeUnit:"beats",sampleRate:48e3},pointers:{},parent:null},transport:{defaults:{loopStart:0,loopEnd:16,loopOn:!1,metronome:!1},pointers:{},parent:null},tempo:{defaults:{slot:0,interp:"hold"},pointers:{},parent:null},signatures:{defaults:{num:4,den:4},pointers:{},parent:null},markers:{defaults:{name:"",color:null},pointers:{},parent:null},tracks:{defaults:{name:"",parent:null,order:"a0",content:["notes"],channel:null,color:null,loaded:!0},pointers:{parent:["tracks","reparent"],channel:["channels","clear"]},parent:"parent"},channels:{defaults:{name:"",order:"a0",role:"regular",dest:null,audioChannels:2,volume:1,pan:.5,mute:!1,solo:!1},pointers:{dest:["channels","master"]},parent:"dest"},sends:{defaults:{order:"a0",type:"post",enable:!0,volume:1,pan:.5},pointers:{channel:["channels","cascade"],dest:["channels","cascade"]},parent:"channel"},devices:{defaults:{order:"a0",role:"audioFX",format:"builtin",deviceId:"",name:"",enabled:!0,stateRef:null,presetId:null,params:{}},pointers:{channel:["channels","cascade"]},parent:"channel"},clips:{defaults:{kind:"notes",playStart:0,loopStart:null,loopEnd:null,contentTimeUnit:"beats",fadeIn:0,fadeOut:0,gain:1,enable:!0,name:"",color:null,media:null,ref:null,slot:null,lane:0},pointers:{track:["tracks","cascade"],media:["media","clear"],ref:["clips","cascade"],slot:["slots","cascade"]},parent:"track"},notes:{defaults:{vel:.8,rel:.8,pan:.5,ch:0},pointers:{clip:["clips","cascade"]},parent:"clip"},lanes:{defaults:{track:null,clip:null,unit:"linear",name:"",enable:!0},pointers:{track:["tracks","cascade"],clip:["clips","cascade"]},parent:"track"},points:{defaults:{slot:0,interp:"linear"},pointers:{lane:["lanes","cascade"]},parent:"lane"},warps:{defaults:{},pointers:{clip:["clips","cascade"]},parent:"clip"},scenes:{defaults:{name:"",order:"a0",color:null},pointers:{},parent:null},slots:{defaults:{hasStop:!0},pointers:{scene:["scenes","cascade"],track:["tracks","cascade"]},parent:"scene"},media:{defaults:{name:"",audioFile:null,sha256:null,path:null,duration:null,sampleRate:null,channels:2,stemOf:null},pointers:{stemOf:["media","clear"]},parent:null}};var w=class n extends Error{constructor(t,r,o={}){super(r);this.code=t;this.details=o}name="PrimeError";get retry(){return oe[this.code]??"give up"}static of(t){return new n(t.code,t.message,t.details)}},ie=class extends w{name="Refused"};var S=class extends Error{name="Unanswered"},Y=class extends Error{name="Diverged"},P=class extends Error{name="WrongUse"};var L=class{all=new Set;add(e){let t=(...r)=>e(...r);return this.all.add(t),()=>void this.all.delete(t)}tell(...e){for(let t of[...this.all])try{t(...e)}catch(r){console.error("prime: a listener threw",r)}}},A=class{constructor(e){this.now=e}listeners=new L;get value(){return this.now}subscribe(e){return this.listeners.add(e)}set(e){if(Object.is(e,this.now))return;let t=this.now;this.now=e,this.listeners.tell(e,t)}};var W=class extends Error{};var se=class{parts=[];take(e){if(e.part!==this.parts.length||!(e.parts>e.part))throw new W("a part of the state is missing");if(this.parts.push(typeof e.data=="string"?$r(e.data):e.data),this.parts.length<e.parts)return null;let t=Br(this.parts);return this.parts=[],t}clear(){this.parts=[]}};function $r(n){return Uint8Array.from(atob(n),e=>e.charCodeAt(0))}function Br(n){let e=new Uint8Array(n.reduce((r,o)=>r+o.length,0)),t=0;for(let r of n)e.set(r,t),t+=r.length;return e}var Ui=`A${"0".repeat(26)}`;function j(n){return typeof n=="object"&&n!==null&&!Array.isArray(n)&&!(n instanceof Uint8Array)}var Bn=function(){};Bn.prototype=Object.freeze(Object.create(null));function be(){return new Bn}function Q(...n){return Object.assign(be(),...n)}function ke(n,e){if(typeof n!="object"||typeof e!="object"||n===null||e===null)return n===e;let[t,r]=[n,e],o=Object.keys(t);return o.length===Object.keys(r).length&&o.every(i=>Object.hasOwn(r,i)&&ke(t[i],r[i]))}var Rt=class{constructor(e,t,r){this.collection=e;this.pointer=t;this.state=r;for(let o of r.all(e).keys())this.update(o)}byTarget=new Map;targets=new Map;of(e){return this.byTarget.get(e)??Wr}update(e){let t=this.state.get(this.collection,e),r=t===void 0?void 0:Hr(t[this.pointer]),o=this.targets.get(e);if(r===o)return;if(o!==void 0&&this.byTarget.get(o)?.delete(e),r===void 0){this.targets.delete(e);return}this.targets.set(e,r);let i=this.byTarget.get(r);i===void 0?this.byTarget.set(r,new Set([e])):i.add(e)}},Wr=new Set;function Hr(n){return typeof n=="string"?n:""}var ae=class{constructor(e){this.state=e}indexes=new Map;by(e,t,r){let o=this.indexes.get(e);o===void 0&&this.indexes.set(e,o=new Map);let i=o.get(t);return i===void 0&&o.set(t,i=new Rt(e,t,this.state)),i.of(r??"")}update(e){if(e===null)this.indexes.clear();else for(let[t,r]of e)this.updateOne(t,r)}updateOne(e,t){for(let r of this.indexes.get(e)?.values()??[])for(let o of t)r.update(o)}};var xe=class extends Error{};function Be(n){let e=new Map;for(let[t,r]of Object.entries(n)){if(!j(r))continue;let o=new Map;for(let[i,a]of Object.entries(r))j(a)&&o.set(i,It(a));e.set(t,o)}return e}function We(n,e){let t=e,r=n.get(t.col),o=r?.get(t.id);if(t.op==="insert")Dt(n,t.col,t.id,Vr(t));else{if(r===void 0||o===void 0)throw new xe(`${t.op} of ${t.col}/${t.id}, which is not there`);t.op==="delete"?r.delete(t.id):r.set(t.id,Lt(o,t.op==="move"?Gr(t):t.props??{}))}return o}function Wn(n,e){let t=e,r=n.get(t.col)?.get(t.id);return t.op==="insert"?n.has(t.col)&&r===void 0&&zr(n,t):r===void 0?!1:Object.entries(t.expect??{}).every(([o,i])=>ke(r[o],i))}function Dt(n,e,t,r){if(r===void 0){n.get(e)?.delete(t);return}let o=n.get(e);o===void 0&&n.set(e,o=new Map),o.set(t,r)}function Lt(n,e){let t=Q(n,e);if(j(e.params)){let r=Q(j(n.params)?n.params:{},e.params);for(let[o,i]of Object.entries(r))i===null&&delete r[o];t.params=r}return It(t)}function It(n){for(let e of Object.values(n))typeof e=="object"&&e!==null&&Object.freeze(e);return Object.freeze(n)}function Vr(n){return It(Q(Ut(n.col)?.defaults??{},n.entity??{}))}function Gr(n){let e={},t=Ut(n.col)?.parent;return n.parent!==void 0&&t&&(e[t]=n.parent),n.order!==void 0&&(e.order=n.order),n.time!==void 0&&(e.time=n.time),e}function zr(n,e){return Object.entries(Ut(e.col)?.pointers??{}).every(([t,[r,o]])=>{let i=e.entity?.[t];return o!=="cascade"||i===void 0||i===null?!0:n.get(r)?.has(String(i))??!1})}function Ut(n){return Object.hasOwn(we,n)?we[n]:void 0}var Ft=class{constructor(e){this.state=e;this.indexes=new ae({get:(t,r)=>e.get(t)?.get(r),all:t=>e.get(t)??Hn})}indexes;get(e,t){return this.state.get(e)?.get(t)}all(e){return this.state.get(e)??Hn}by(e,t,r){return this.indexes.by(e,t,r)}},Hn=new Map;function Nt(n){if(!j(n))throw new TypeError("a state is a map of collections");return new Ft(Be(n))}async function He(n){let e=new Blob([n]).stream().pipeThrough(new DecompressionStream("deflate"));return new Uint8Array(await new Response(e).arrayBuffer())}async function qt(n,e){let t=new se;for(let r=0;;r+=1){let o=await n(r),i=t.take({t:"state",project:"",part:o.part,parts:o.parts,data:o.data});if(i!==null)return{position:o.position,digest:o.digest,state:Nt(e.readState(await He(i)))}}}function Ve(n,e){return Math.min(250*2**Math.min(n,20),15e3)*(.5+e/2)}var Kr=new TextEncoder,le=class{buffer;view;length=0;constructor(e){this.buffer=new Uint8Array(e),this.view=new DataView(this.buffer.buffer)}written(){return this.buffer.slice(0,this.length)}byte(e){let t=this.room(1);this.buffer[t]=e}bytes(e){let t=this.room(e.length);this.buffer.set(e,t)}ascii(e){let t=this.room(e.length);for(let r=0;r<e.length;r+=1){let o=e.charCodeAt(r);if(o>127)return!1;this.buffer[t+r]=o}return!0}uint16(e){let t=this.room(2);this.view.setUint16(t,e)}uint32(e){let t=this.room(4);this.view.setUint32(t,e)}float64(e){let t=this.room(8);this.view.setFloat64(t,e)}int64(e){let t=this.room(8);this.view.setBigInt64(t,BigInt(e))}room(e){let t=this.length;if(this.length+=e,this.length>this.buffer.length){let r=new Uint8Array(Math.max(this.length,this.buffer.length*2));r.set(this.buffer),this.buffer=r,this.view=new DataView(r.buffer)}return t}};function de(n){return Kr.encode(n)}var F=class extends Error{},Vn=64,Yr=new TextDecoder("utf-8",{fatal:!0});function Bt(n){let e=new $t(n),t=e.value(0);if(e.at!==n.length)throw new F("bytes after the end of the value");return t}var $t=class{constructor(e){this.bytes=e;this.view=new DataView(e.buffer,e.byteOffset,e.byteLength)}at=0;view;value(e){if(e>Vn)throw new F(`nested over ${Vn} deep`);let t=this.unsigned(1);return t<128?t:t<144?this.map(t&15,e):t<160?this.list(t&15,e):t<192?this.text(t&31):t>=224?t-256:this.marked(t,e)}marked(e,t){switch(e){case 192:return null;case 194:return!1;case 195:return!0;case 196:case 197:case 198:return this.binary(this.unsigned(1<<e-196));case 202:return this.view.getFloat32(this.take(4));case 203:return this.view.getFloat64(this.take(8));case 204:case 205:case 206:case 207:return this.unsigned(1<<e-204);case 208:case 209:case 210:case 211:return this.signed(1<<e-208);case 217:case 218:case 219:return this.text(this.unsigned(1<<e-217));case 220:case 221:return this.list(this.unsigned(2<<e-220),t);case 222:case 223:return this.map(this.unsigned(2<<e-222),t);default:throw new F(`a byte that prime.v1 does not use: ${e}`)}}take(e){if(this.at+e>this.bytes.length)throw new F("the value is cut off");let t=this.at;return this.at+=e,t}unsigned(e){let t=this.take(e);return e===1?this.view.getUint8(t):e===2?this.view.getUint16(t):e===4?this.view.getUint32(t):Number(this.view.getBigUint64(t))}signed(e){let t=this.take(e);return e===1?this.view.getInt8(t):e===2?this.view.getInt16(t):e===4?this.view.getInt32(t):Number(this.view.getBigInt64(t))}binary(e){let t=this.take(e);return this.bytes.subarray(t,t+e)}text(e){let t=this.binary(e);if(e<24){let r=Qr(t);if(r!==null)return r}try{return Yr.decode(t)}catch{throw new F("a text that is no UTF-8")}}list(e,t){let r=[];for(let o=0;o<e;o+=1)r.push(this.value(t+1));return r}map(e,t){let r=be();for(let o=0;o<e;o+=1){let i=this.value(t+1);if(typeof i!="string")throw new F("a key that is no text");r[i]=this.value(t+1)}return r}};function Qr(n){let e="";for(let t of n){if(t>126)return null;e+=String.fromCharCode(t)}return e}function Gn(n){let e=new le(256);return Wt(e,n),e.written()}function Wt(n,e){if(e==null)n.byte(192);else if(typeof e=="boolean")n.byte(e?195:194);else if(typeof e=="number")Zr(n,e);else if(typeof e=="string")zn(n,e);else if(e instanceof Uint8Array)n.byte(198),n.uint32(e.length),n.bytes(e);else if(Array.isArray(e)){Jn(n,e.length,144,220);for(let t of e)Wt(n,t)}else if(typeof e=="object")Xr(n,e);else throw new TypeError(`no message holds a ${typeof e}`)}function Xr(n,e){let t=Object.entries(e).filter(([,r])=>r!==void 0);Jn(n,t.length,128,222);for(let[r,o]of t)zn(n,r),Wt(n,o)}function Zr(n,e){!Number.isSafeInteger(e)||Object.is(e,-0)?(n.byte(203),n.float64(e)):e>=0&&e<128?n.byte(e):e>=0&&e<2**32?(n.byte(206),n.uint32(e)):(n.byte(211),n.int64(e))}function zn(n,e){let t=de(e);t.length<32?n.byte(160|t.length):(n.byte(219),n.uint32(t.length)),n.bytes(t)}function Jn(n,e,t,r){e<16?n.byte(t|e):(n.byte(r+1),n.uint32(e))}var Ht={subprotocol:"prime.v1.msgpack",read:n=>Kn(typeof n=="string"?Yn("a text frame"):Bt(n)),write:Gn,readState:n=>Kn(Bt(n))};function Ge(n,e){try{let t=n.write(e);return{frame:t,bytes:typeof t=="string"?de(t).length:t.length}}catch(t){throw new P(`that cannot be sent: ${t.message}`)}}function Kn(n){return j(n)?n:Yn("a frame that holds no map")}function Yn(n){throw new F(`the server sent ${n}`)}var eo=15e3,to=2e4,Vt=1048576,no=5e3,ro=64*1024,ze=class{constructor(e,t,r,o){this.codec=t;this.heard=o;this.socket=new r(e,t.subprotocol),this.socket.binaryType="arraybuffer",this.socket.onmessage=({data:i})=>this.take(i),this.socket.onclose=({code:i})=>this.end(i)}socket;calls=new Map;nextCall=1;welcomed=null;refused=null;lastError=null;heartbeat=null;probing=null;heardAt=performance.now();pingedAt=0;isOver=!1;mostBytes=Vt;open(e){return new Promise((t,r)=>{let o=setTimeout(()=>this.close(),eo),i=d=>u=>{clearTimeout(o),this.welcomed=this.refused=null,d(u)};this.welcomed=i(t),this.refused=i(r);let a=()=>this.send({t:"hello",versions:[1],...e});this.socket.readyState===Qn?a():this.socket.onopen=a})}get isFull(){return this.socket.bufferedAmount>ro}send(e){let{frame:t,bytes:r}=Ge(this.codec,e);if(r>this.mostBytes)throw new P(`a message of ${r} bytes: one holds ${this.mostBytes}`);this.socket.readyState===Qn&&this.socket.send(t)}call(e,t,r){return new Promise((o,i)=>{if(this.isOver){i(new S("there is no connection"));return}let a=`c${this.nextCall++}`,d=setTimeout(()=>this.answer(a)?.fail(new S(`${e} was not answered`)),to);this.calls.set(a,{done:o,fail:i,timer:d});let u={t:"call",id:a,method:e,params:t};try{this.send(r===void 0?u:{...u,idempotency_key:r})}catch(c){this.answer(a)?.fail(c)}})}probe(){this.ping();let e=this.pingedAt;this.probing??=setTimeout(()=>{this.probing=null,this.heardAt<e&&this.close()},no)}ping(){this.pingedAt=performance.now(),this.send({t:"ping",time:this.pingedAt})}close(e=1e3){this.socket.close(e),this.end(e)}take(e){if(this.isOver)return;this.heardAt=performance.now();let t;try{t=this.codec.read(typeof e=="string"?e:new Uint8Array(e))}catch(r){console.error("prime:",r),this.socket.close(1e3),this.end(1007);return}this.hear(t)}hear(e){e.t==="welcome"?(this.beat(e.heartbeat_seconds*1e3),this.mostBytes=e.max_message_bytes,this.welcomed?.(e)):e.t==="reply"?this.answer(e.id)?.done(e.result):e.t==="error"&&e.id!==null&&this.calls.has(e.id)?this.answer(e.id)?.fail(w.of(e)):(e.t==="error"&&e.id===null&&(this.lastError=w.of(e)),this.refused!==null&&this.lastError?.code==="bad_message"?this.close():this.heard.message(e))}answer(e){let t=this.calls.get(e);return t!==void 0&&clearTimeout(t.timer),this.calls.delete(e),t}beat(e){this.heartbeat=setInterval(()=>{this.heardAt>=this.pingedAt?this.ping():this.probe()},e)}end(e){if(this.isOver)return;this.isOver=!0,this.heartbeat!==null&&clearInterval(this.heartbeat),this.probing!==null&&clearTimeout(this.probing);let t=this.lastError??new S("the connection broke");this.refused?.(t);for(let r of[...this.calls.keys()])this.answer(r)?.fail(new S("the connection broke before an answer"));this.heard.ended({code:e,error:this.lastError})}},Qn=1;var oo=Zn(64,n=>Math.cbrt(n)),io=Zn(8,n=>Math.sqrt(n)),X=new Int32Array(64),M=new Int32Array(8);function Xn(n,e){let t=Math.ceil((e+9)/64)*64;n.fill(0,e,t),n[e]=128;let r=new DataView(n.buffer,n.byteOffset,n.byteLength);r.setUint32(t-8,Math.floor(e/536870912)),r.setUint32(t-4,e<<3>>>0),M.set(io);for(let o=0;o<t;o+=64)so(r,o);return BigInt(M[0]>>>0)<<32n|BigInt(M[1]>>>0)}function so(n,e){for(let h=0;h<16;h+=1)X[h]=n.getInt32(e+4*h);for(let h=16;h<64;h+=1){let f=X[h-15],l=X[h-2],p=N(f,7)^N(f,18)^f>>>3,_=N(l,17)^N(l,19)^l>>>10;X[h]=X[h-16]+p+X[h-7]+_|0}let t=M[0],r=M[1],o=M[2],i=M[3],a=M[4],d=M[5],u=M[6],c=M[7];for(let h=0;h<64;h+=1){let f=c+(N(a,6)^N(a,11)^N(a,25))+(a&d^~a&u)+oo[h]+X[h]|0,l=(N(t,2)^N(t,13)^N(t,22))+(t&r^t&o^r&o)|0;c=u,u=d,d=a,a=i+f|0,i=o,o=r,r=t,t=f+l|0}M[0]+=t,M[1]+=r,M[2]+=o,M[3]+=i,M[4]+=a,M[5]+=d,M[6]+=u,M[7]+=c}function N(n,e){return n>>>e|n<<32-e}function Zn(n,e){let t=[];for(let r=2;t.length<n;r+=1)ao(r)&&t.push(e(r)%1*2**32|0);return Int32Array.from(t)}function ao(n){for(let e=2;e*e<=n;e+=1)if(n%e===0)return!1;return!0}var Gt=1n<<64n,x=new le(4096);function Ke(n,e,t){lo(n,e,t);let r=x.room(72);return Xn(x.buffer,r)}function Kt(n){let e=0n;for(let[t,r]of n)for(let[o,i]of r)e+=Ke(t,o,i);return e}function Yt(n){return((n%Gt+Gt)%Gt).toString(16).padStart(16,"0")}function lo(n,e,t){x.length=0,x.byte(147),Je(n),Je(e),Jt(t)}function Jt(n){if(n==null)x.byte(192);else if(typeof n=="boolean")x.byte(n?195:194);else if(typeof n=="number")x.byte(203),x.float64(n+0);else if(typeof n=="string")Je(n);else if(Array.isArray(n)){tr(n.length,144,220);for(let e of n)Jt(e)}else if(j(n)){let e=co(n);tr(e.length,128,222);for(let t of e)Je(t),Jt(n[t])}}var zt=[],er=[];function co(n){let e=Object.keys(n);return(e.length!==zt.length||!e.every((t,r)=>t===zt[r]))&&(zt=e,er=[...e].sort(ho)),er}function Je(n){let e=x.length;if(n.length<32){if(x.byte(160|n.length),x.ascii(n))return;x.length=e}let t=de(n);uo(t.length),x.bytes(t)}function uo(n){n<32?x.byte(160|n):n<256?(x.byte(217),x.byte(n)):nr(n,218)}function tr(n,e,t){n<16?x.byte(e|n):nr(n,t)}function nr(n,e){x.byte(n<65536?e:e+1),n<65536?x.uint16(n):x.uint32(n)}function ho(n,e){let t=Math.min(n.length,e.length),r=0;for(;r<t&&n.charCodeAt(r)===e.charCodeAt(r);)r+=1;if(r===t)return n.length-e.length;let o=Math.max(r-1,0);return n.codePointAt(o)-e.codePointAt(o)||n.codePointAt(r)-e.codePointAt(r)}var Ye=class{shown=new Map;reset(e,t){this.shown.clear();for(let{member:r,gestures:o}of e)r!==t&&o!==void 0&&this.take(r,o)}hear(e,t){e.whole&&this.shown.clear();for(let[r,o]of Object.entries(e.gestures??{}))t(r)&&this.take(r,o)}forget(e){this.shown.delete(e)}laidOver(e,t,r){let o=r;for(let i of this.shown.values())for(let a of i.values()){let d=a.get(t);d?.col===e&&(o=Lt(o,d.props))}return o}memberAt(e,t){for(let[r,o]of this.shown)for(let i of o.values())if(i.get(t)?.col===e)return r;return null}idsIn(e){let t=new Set;for(let r of this.shown.values())for(let o of r.values())for(let[i,{col:a}]of o)a===e&&t.add(i);return t}take(e,t){let r=this.shown.get(e);r===void 0&&this.shown.set(e,r=new Map);for(let[o,i]of Object.entries(t)){if(!j(i)){r.delete(o);continue}let a=r.get(o)??new Map;r.set(o,a);for(let[d,u]of Object.entries(i))po(a,d,u)}}};function po(n,e,t){let r=n.get(e)?.props??{},o=Q(r,t.props);j(r.params)&&j(t.props.params)&&(o.params=Q(r.params,t.props.params)),n.set(e,{col:t.col,props:o})}var Qe=class{constructor(e){this.touch=e}deltas=new Map;get ids(){return[...this.deltas.keys()]}get(e){return this.deltas.get(e)}add(e,t){let r={...t,before:[]};this.deltas.set(t.id,r),this.show(e,r)}remove(e){this.deltas.delete(e)}hideAll(e){for(let t of[...this.deltas.values()].reverse())this.hide(e,t)}showAll(e){for(let t of this.deltas.values())this.show(e,t)}forgetEffects(){for(let e of this.deltas.values())e.before=[]}show(e,t){for(let r of t.ops)if(Wn(e,r))t.before.push([r.col,r.id,We(e,r)]),this.touch(r.col,r.id);else if(t.atomic){this.hide(e,t);return}}hide(e,t){for(let[r,o,i]of t.before.reverse())Dt(e,r,o,i),this.touch(r,o);t.before=[]}};var Xe=class{state=new Map;pending=new Qe((e,t)=>this.touch(e,t));gestures=new Ye;sum=0n;touched=new Map;position=null;you="";isSynced=!1;members=new Set;group=[];target=null;joinId=null;head=0;expected=null;committed={};divergence=null;get confirmed(){return Yt(this.sum)}get view(){return Yt(Kt(this.state))}get unanswered(){return this.pending.ids}get(e,t){return this.state.get(e)?.get(t)}all(e){return this.state.get(e)??fo}shown(e,t){let r=this.get(e,t);return r&&this.gestures.laidOver(e,t,r)}shownBy(e,t){return this.gestures.memberAt(e,t)}shownNow(e){return this.gestures.idsIn(e)}get hasDiverged(){return this.divergence!==null}takeTouched(){let e=this.touched;return this.touched=new Map,e}propose(e){let t=e.t==="delta";this.pending.add(this.state,{id:e.id,kind:e.t,ops:t?e.ops:[],atomic:t&&(e.atomic??!1)})}giveUp(e){this.pending.get(e)!==void 0&&this.withdraw(e)}join(e,t,r){this.isSynced=!1,this.target=null,this.joinId=e;let o={t:"join",id:e,project:t};return this.position!==null&&Object.assign(o,{position:this.position,digest:this.confirmed}),r.length>0&&(o.unanswered=r),this.divergence!==null&&(o.diverged=this.divergence),this.divergence=null,o}hear(e){switch(e.t){case"joined":return this.hearJoined(e);case"error":return this.hearError(e);case"left":return this.hearLeft()}if(this.target!==null)switch(e.t){case"delta":return this.hearDelta(e);case"ack":return this.hearAck(e);case"tick":return this.hearTick(e);case"member_joined":this.members.add(e.member.member);return;case"member_left":this.members.delete(e.member),this.gestures.forget(e.member)}}takeState(e){this.target!==null&&(this.pending.forgetEffects(),this.state=e,this.touched=null,this.position=this.target,this.sum=Kt(e),this.rebase(()=>this.settleCommitted()),this.diverges(this.expected)||this.checkSynced())}hearJoined(e){if(e.id===this.joinId){this.joinId=null,this.target=e.position,this.head=Math.max(e.head??0,e.position.seq),this.you=e.you,this.members.clear();for(let{member:t}of e.members)this.members.add(t);this.gestures.reset(e.members,e.you),this.committed=e.committed??be(),this.expected=e.digest??null,this.group=[],e.resumed&&(this.rebase(()=>this.settleCommitted()),this.checkSynced())}}hearDelta(e){this.checkFollows(e.seq),this.group.push(e),!e.more&&(this.rebase(()=>this.commitGroup()),this.checkSynced())}hearAck(e){let t=this.pending.get(e.id);if(this.position!==null&&e.seq<=this.position.seq){t!==void 0&&this.withdraw(e.id);return}let r=e.ops??(t?.kind==="delta"?t.ops:null);if(r===null)throw new W("an ack without ops for what is not ours");this.checkFollows(e.seq),this.rebase(()=>{this.pending.remove(e.id),this.commitGroup(),this.commit(e.seq,r)}),e.digest!=null&&this.diverges({seq:e.seq,digest:e.digest})}hearError(e){e.id!==null&&e.id===this.joinId?this.joinId=null:e.id!==null&&this.pending.get(e.id)!==void 0&&mo(e.code)&&this.withdraw(e.id)}hearTick(e){this.gestures.hear(e,t=>t!==this.you&&this.members.has(t)),e.digest!=null&&this.diverges(e.digest)}hearLeft(){this.isSynced=!1,this.target=null}rebase(e){this.pending.hideAll(this.state),e(),this.pending.showAll(this.state)}commitGroup(){for(let e of this.group)this.pending.remove(e.id),this.commit(e.seq,e.ops);this.group=[]}commit(e,t){for(let r of t){let o=We(this.state,r),i=this.get(r.col,r.id);this.touch(r.col,r.id),o!==void 0&&(this.sum-=Ke(r.col,r.id,o)),i!==void 0&&(this.sum+=Ke(r.col,r.id,i))}this.position={epoch:this.target.epoch,seq:e}}touch(e,t){if(this.touched===null)return;let r=this.touched.get(e);r===void 0?this.touched.set(e,new Set([t])):r.add(t)}withdraw(e){this.rebase(()=>this.pending.remove(e))}settleCommitted(){for(let e of Object.keys(this.committed))this.pending.remove(e);this.committed={}}checkFollows(e){let t=this.position===null?null:this.position.seq+this.group.length;if(t===null||e!==t+1)throw new W(`seq ${e} after ${t}`)}checkSynced(){this.position!==null&&this.position.seq>=this.head&&(this.isSynced=!0)}diverges(e){return e===null||e.seq!==this.position?.seq||e.digest===this.confirmed?!1:(this.divergence={seq:e.seq,digest:this.confirmed},this.position=null,!0)}},fo=new Map;function mo(n){return oe[n]!=="wait"&&n!=="not_joined"&&n!=="auth_failed"}function R(){let n="";for(let e of crypto.getRandomValues(new Uint8Array(22)))n+=go.charAt(e&63);return n}var go="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";var Ze=class{constructor(e,t){this.arrived=e;this.failed=t}parts=new se;backlog=null;round=0;forget(){this.round+=1,this.backlog=null}begin(){this.parts.clear()}holds(e){return this.backlog===null||e.t==="joined"?!1:(this.backlog.push(e),!0)}take(e){let t=this.parts.take(e);if(t===null)return;let{round:r}=this;this.backlog=[],He(t).then(o=>{r===this.round&&this.release(o)}).catch(o=>{r===this.round&&this.failed(o)})}release(e){let t=this.backlog??[];this.backlog=null,this.arrived(e,t)}};function Se(){let[n,e]=[()=>{},()=>{}],t=new Promise((...r)=>{[n,e]=r});return t.catch(()=>{}),{saved:t,done:n,fail:e}}var ce=class{ops=[];isOver=!1;end(){this.isOver=!0;try{return structuredClone(this.ops)}catch(e){throw new P(`that cannot be sent: ${e.message}`)}}add(e){if(this.isOver)throw new P("that edit is made: begin another one");this.ops.push(e)}insert(e,t,r=R()){return this.add({op:"insert",col:e,id:r,entity:t}),r}set(e,t,r,o){this.add({op:"set",col:e,id:t,props:r,...o&&{expect:o}})}move(e,t,r){this.add({op:"move",col:e,id:t,...r})}delete(e,t,r=!1){this.add({op:"delete",col:e,id:t,...r&&{alone:r}})}};var rr=33,et=class{constructor(e){this.stage=e}id=R();values=new Map;timer=null;isOver=!1;set(e,t,r){if(this.isOver)return;let o=this.values.get(t)?.props;this.values.set(t,{col:e,props:{...o,...r}}),this.timer??=setTimeout(()=>this.flush(),rr)}end(){this.stop();let e=new ce;for(let[t,{col:r,props:o}]of this.values)e.set(r,t,o);return this.stage.end(this.id,e.end())}cancel(){this.isOver||(this.stop(),this.stage.show(this.id,null))}flush(){this.timer=null;let e=Object.fromEntries(this.values);try{this.stage.show(this.id,e)||(this.timer=setTimeout(()=>this.flush(),rr))}catch(t){console.error("prime: a gesture that cannot be shown:",t)}}stop(){this.isOver=!0,this.timer!==null&&clearTimeout(this.timer)}};var tt=class{others=new A([]);hear(e,t){switch(e.t){case"joined":return this.others.set(e.members.filter(({member:r})=>r!==t));case"member_joined":return this.enter(e.member,t);case"member_left":return this.others.set(this.others.value.filter(({member:r})=>r!==e.member));case"role_changed":return e.role===null?void 0:this.change(({user:r})=>r===e.user,{role:e.role});case"tick":return this.take(e.moved)}}enter(e,t){let r=this.others.value.filter(({member:o})=>o!==e.member);e.member!==t&&this.others.set([...r,e])}take(e){this.others.value.some(({member:r})=>Object.hasOwn(e,r))&&this.others.set(this.others.value.map(r=>{let o=e[r.member];return o===void 0?r:{...r,presence:{...r.presence,...o}}}))}change(e,t){this.others.set(this.others.value.map(r=>e(r)?{...r,...t}:r))}};var nt=class{deltas=new Map;inFlight=0;pausedUntil=0;get size(){return this.deltas.size}get sent(){return[...this.deltas].filter(([,e])=>e).map(([e])=>e)}add(e,t=!1){this.deltas.set(e,!1),t&&this.mark(e,!0)}next(e){if(e<this.pausedUntil||this.inFlight>=200||this.inFlight===this.deltas.size)return null;let t=null;for(let[r,o]of this.deltas)if(t===null&&!o)t=r;else if(t!==null&&o)return null;return t!==null&&this.mark(t,!0),t}settle(e){this.deltas.get(e)&&(this.inFlight-=1),this.deltas.delete(e)}postpone(e,t){this.deltas.has(e)&&(this.mark(e,!1),this.pausedUntil=Math.max(this.pausedUntil,t))}wakeAt(e){return e<this.pausedUntil&&this.inFlight<this.deltas.size?this.pausedUntil:null}resume(e,t){let r=e.findLastIndex(i=>!t.has(i)),o=e.filter((i,a)=>a<r&&t.has(i));for(let i of e)t.has(i)||this.settle(i);for(let i of o)this.settle(i);for(let i of this.deltas.keys())this.mark(i,!1);return o}mark(e,t){let r=this.deltas.get(e)??!1;this.deltas.set(e,t),this.inFlight+=Number(t)-Number(r)}};var Qt=1e3,rt=class{constructor(e,t,r){this.replica=e;this.line=t;this.keeper=r}unsaved=new A(0);refusals=new L;queue=new nt;own=new Map;before=[];wakeUp=null;add(e,t){let r={message:e,epoch:t,...Se()};return this.own.set(e.id,r),this.keeper.keep(r),this.replica.propose(e),this.queue.add(e.id),this.unsaved.set(this.queue.size),{id:e.id,saved:r.saved}}adopt(e){for(let[t,{message:r,epoch:o}]of e.entries())this.own.set(r.id,{message:r,epoch:o,...Se()}),this.replica.propose(r),this.queue.add(r.id,t<200);this.unsaved.set(this.queue.size)}beforeJoin(){return this.before=this.queue.sent,this.before}resume(){for(let e of this.queue.resume(this.before,new Set(this.replica.unanswered)))this.replica.giveUp(e),this.fail(e,new ie("op_invalid","it was refused while we were away, and the reason was lost"));this.before=[]}pump(){let e=this.line();if(e===null)return;let t=performance.now();for(let o=this.queue.next(t);o!==null;o=this.queue.next(t))e.send(this.toSend(o));let r=this.queue.wakeAt(t);r===null||this.wakeUp!==null||(this.wakeUp=setTimeout(()=>{this.wakeUp=null,this.pump()},r-t))}store(e,t,r){this.settle(e)?.done({seq:t,dropped:r})}refuse(e,t){this.own.has(e)&&(oe[t.code]==="wait"?(this.queue.postpone(e,performance.now()+(t.details.retry_after_ms??Qt)),this.pump()):t.code!=="not_joined"&&t.code!=="auth_failed"&&this.fail(e,new ie(t.code,t.message,t.details)))}async saved(){await Promise.allSettled([...this.own.values()].map(({saved:e})=>e))}end(e){this.wakeUp!==null&&clearTimeout(this.wakeUp);for(let{fail:t}of this.own.values())t(new S(`no answer came before ${e}`));this.own.clear(),this.unsaved.set(0)}toSend(e){let{message:t,epoch:r}=this.own.get(e);return t.t==="delta"&&r!==null&&r!==this.replica.position?.epoch?{...t,base_epoch:r}:t}fail(e,t){let r=this.settle(e);r!==void 0&&(r.fail(t),this.refusals.tell(e,t))}settle(e){let t=this.own.get(e);return this.own.delete(e),this.keeper.forget(e),this.queue.settle(e),this.unsaved.set(this.queue.size),this.pump(),t}};var yo=256,ot=class{constructor(e,t,r={keep:()=>{},forget:()=>{}}){this.project=e;this.codec=t;this.edits=new rt(this.replica,()=>this.isSynced.value?this.line:null,r)}you=new A("");role=new A("");undoable=new A({undo:0,redo:0});degraded=new A(null);isSynced=new A(!1);fetchedAnew=new A(0);members=new tt;replica=new Xe;indexes=new ae(this.replica);arriving=new Ze((e,t)=>this.begin(e,t),e=>this.mend(e));edits;changes=new L;ticks=new L;refusals=new L;lefts=new L;line=null;joinId="";lastPosition=null;mostBytes=Vt;user="";over=null;knocking=null;get unsaved(){return this.edits.unsaved}get position(){return this.replica.position}get digest(){return this.replica.confirmed}get others(){return this.members.others}get(e,t){return this.replica.get(e,t)}all(e){return this.replica.all(e)}by(e,t,r){return this.indexes.by(e,t,r)}shown(e,t){return this.replica.shown(e,t)}shownBy(e,t){return this.replica.shownBy(e,t)}shownNow(e){return this.replica.shownNow(e)}onTick(e){return this.ticks.add(e)}onChange(e){return this.changes.add(e)}onLeft(e){return this.lefts.add(e)}onRefused(e){return this.edits.refusals.add(e)}onRefusedJoin(e){return this.refusals.add(e)}edit(e,t={}){let r=new ce;return e(r),this.propose(this.deltaOf(r.end(),t))}async undo(){return this.propose({t:"undo",project:this.project,id:R()}).saved}async redo(){return this.propose({t:"redo",project:this.project,id:R()}).saved}gesture(){return new et({show:(e,t)=>this.say({t:"gesture",project:this.project,id:e,values:t}),end:(e,t)=>this.over===null?this.propose(this.deltaOf(t,{gesture:e})):this.tooLate(this.over)})}tooLate(e){let{saved:t,fail:r}=Se();return r(new S(`this room is over, for ${e}`)),{id:R(),saved:t}}move(e){return this.say({t:"presence",project:this.project,...e})}async saved(){await this.edits.saved()}adopt(e){this.edits.adopt(e)}enter(e){this.line=e,this.mostBytes=e.mostBytes,this.joinId=R(),this.arriving.forget(),this.isSynced.set(!1),e.send(this.replica.join(this.joinId,this.project,this.edits.beforeJoin()))}lost(){this.line=null,this.knocking!==null&&clearTimeout(this.knocking),this.knocking=null,this.isSynced.set(!1)}end(e){this.over=e,this.lost(),this.edits.end(e)}hear(e){if(!this.arriving.holds(e)){try{e.t==="state"?this.arriving.take(e):this.take(e)}catch(t){this.mend(t)}this.checkDivergence(),this.tell()}}mend(e){e instanceof W||e instanceof xe?this.fetchAnew(`the copy has a gap (${e.message})`):(console.error("prime: the server said what cannot be understood:",e),this.line?.giveUp())}checkDivergence(){this.replica.hasDiverged&&this.fetchAnew("the copy has another digest than the server's")}fetchAnew(e){let{line:t}=this;if(t===null||this.knocking!==null)return;console.warn(`prime: ${e}, joining again`),this.fetchedAnew.set(this.fetchedAnew.value+1);let r=this.fetchedAnew.value-1;r===0?this.enter(t):(this.isSynced.set(!1),this.knockIn(Ve(r,1),t))}knockIn(e,t){this.knocking=setTimeout(()=>{this.knocking=null,this.enter(t)},e)}take(e){if(e.t==="joined"){if(e.id!==this.joinId)return;this.arriving.begin(),this.replica.hear(e),this.you.set(e.you),this.user=e.members.find(({member:t})=>t===e.you)?.user??this.user,this.role.set(e.role),this.countUndo(e);for(let[t,r]of Object.entries(e.committed??{}))this.edits.store(t,r,[])}else this.replica.hear(e),this.hearRest(e);this.members.hear(e,this.replica.you),this.checkSynced(),(e.t==="tick"||e.t==="member_left")&&this.ticks.tell()}hearRest(e){switch(e.t){case"ack":return this.countUndo(e),this.edits.store(e.id,e.seq,e.dropped??[]);case"delta":return this.edits.store(e.id,e.seq,[]);case"error":e.id===this.joinId?this.hearRefusedJoin(w.of(e)):e.id!==null&&this.edits.refuse(e.id,w.of(e));return;case"role_changed":e.user===this.user&&e.role!==null&&this.role.set(e.role);return;case"degraded":return this.degraded.set(e.degraded?{what:e.what??"journal",reason:e.reason??""}:null);case"left":this.isSynced.set(!1),e.reason!=null&&this.lefts.tell({code:e.reason,message:e.message??""})}}hearRefusedJoin(e){if(e.retry==="wait"&&this.line!==null){this.knockIn(e.details.retry_after_ms??Qt,this.line);return}this.refusals.tell(e),this.lefts.tell({code:e.code,message:e.message})}begin(e,t){this.replica.takeState(Be(this.codec.readState(e))),this.checkSynced(),this.checkDivergence(),this.tell();for(let r of t)this.hear(r)}checkSynced(){!this.replica.isSynced||this.isSynced.value||this.line===null||this.knocking!==null||(this.edits.resume(),this.fetchedAnew.set(0),this.isSynced.set(!0),this.edits.pump())}get base(){return this.replica.position??this.lastPosition}deltaOf(e,t){if(e.length===0)throw new P("an edit holds one op at least");if(this.base===null)throw new P("the project's state is not here yet: wait for `join`");return{t:"delta",project:this.project,id:R(),ops:e,base:this.base.seq,...t}}propose(e){if(this.over!==null)throw new P(`this room is over, for ${this.over}: join it again`);let{bytes:t}=Ge(this.codec,e);if(t>this.mostBytes-yo)throw new P(`an edit of ${t} bytes, where a message holds ${this.mostBytes}: make several with one \`step\``);let r=this.edits.add(e,this.base?.epoch??null);return this.tell(),this.edits.pump(),r}countUndo({undo:e=0,redo:t=0}){let r=this.undoable.value;(r.undo!==e||r.redo!==t)&&this.undoable.set({undo:e,redo:t})}say(e){return this.line===null||!this.isSynced.value||this.line.isFull?!1:(this.line.send(e),!0)}tell(){this.lastPosition=this.base;let e=this.replica.takeTouched();e!==null&&e.size===0||(this.indexes.update(e),this.changes.tell(e))}};async function Xt(n,e){let t;await Promise.race([n,new Promise(r=>{t=setTimeout(r,e)})]),clearTimeout(t)}function it(n,e,t,r){return new Promise((o,i)=>{let a=[],d=setTimeout(()=>u(()=>i(new S("there was no connection in time"))),e),u=h=>{clearTimeout(d);for(let f of a)f();h()},c=()=>{try{r(),n()&&u(o)}catch(h){u(()=>i(h))}};for(let h of t)a.push(typeof h=="function"?h(c):h.subscribe(c));c()})}var or=2e3,st=class{constructor(e,t,r){this.host=e;this.codec=t;this.outbox=r}rooms=new Map;joins=new Map;notBegun=new Set;join(e){let t=this.rooms.get(e);return t===void 0&&(t=this.made(e),this.begin(t)),this.joins.set(t,(this.joins.get(t)??0)+1),t}async leave(e){this.isJoined(e)&&(this.joins.set(e,this.joins.get(e)-1),!(this.joins.get(e)>0)&&(await Xt(e.saved(),or),!(!this.isJoined(e)||this.joins.get(e)>0)&&(this.host.connected()?.send({t:"leave",id:"leave",project:e.project}),this.drop(e,"we left"))))}enter(e){for(let t of this.rooms.values())this.enterOne(t,e)}lost(){for(let e of this.rooms.values())e.lost()}hear(e){if("project"in e&&typeof e.project=="string")this.rooms.get(e.project)?.hear(e);else if(e.t==="error"&&e.id!==null)for(let t of this.rooms.values())t.hear(e)}async saved(){await Xt(Promise.all([...this.rooms.values()].map(e=>e.saved())),or)}end(e){for(let t of[...this.rooms.values()])this.drop(t,e)}async begin(e){let{outbox:t}=this;if(t!==void 0){this.notBegun.add(e);let o=await this.adopted(t,e.project);this.notBegun.delete(e),e.adopt(o)}let r=this.host.connected();r!==null&&this.rooms.get(e.project)===e&&this.enterOne(e,r)}async adopted(e,t){try{return await this.host.loggedIn(),await e.adopt(this.host.user(),t)}catch{return[]}}made(e){let{outbox:t}=this,r=new ot(e,this.codec,{keep:o=>t?.put(this.host.user(),e,o),forget:o=>t?.remove(o)});return this.rooms.set(e,r),r.onLeft(o=>this.drop(r,`we were put out: ${o.message||o.code}`)),r}drop(e,t){this.joins.delete(e),this.rooms.get(e.project)===e&&this.rooms.delete(e.project),e.end(t)}isJoined(e){return this.rooms.get(e.project)===e&&this.joins.has(e)}enterOne(e,t){this.notBegun.has(e)||e.enter({send:r=>t.send(r),giveUp:()=>t.close(),mostBytes:t.mostBytes,get isFull(){return t.isFull}})}};var at=class{constructor(e){this.store=e}accessToken=null;refreshToken=null;get isKept(){return this.refreshToken!==null}async read(){try{this.refreshToken??=await this.store?.read()??null}catch(e){console.error("prime: the token store cannot be read; going on without a login:",e)}}async adopt(e){this.accessToken=e.access_token,await this.keep(e.refresh_token)}async forget(){this.accessToken=null,await this.keep(null)}async refresh(e){try{return await e.call("auth.refresh",{refresh_token:this.refreshToken})}catch(t){if(!(t instanceof w)||t.retry==="wait")throw t;return await this.forget(),t}}async keep(e){this.refreshToken=e;try{await this.store?.write(e)}catch(t){console.error("prime: the token store cannot be written; the login ends with this window:",t)}}};function ir(n){let{document:e,window:t}=globalThis,r=[Zt(e,"visibilitychange",n),Zt(t,"online",n),Zt(t,"pageshow",n)];return()=>{for(let o of r)o()}}function Zt(n,e,t){return n?.addEventListener(e,t),()=>n?.removeEventListener(e,t)}var _o=1e4,wo=15e3,bo=3,sr=6e4;function tn(n,e){return new en(n,e)}var en=class{constructor(e,t){this.url=e;this.options=t;if(this.codec=t.codec??Ht,t.WebSocket===void 0&&globalThis.WebSocket===void 0)throw new P("there is no WebSocket here: give one in the options, for example that of the package `ws`");if(!t.device||t.device.length>120)throw new P("`device` has 1 to 120 characters");this.tokens=new at(t.tokens),this.rooms=new st({connected:()=>this.status.value.name==="connected"?this.connection:null,user:()=>this.user.value?.id??"",loggedIn:()=>it(()=>this.user.value!==null,sr,[this.user,this.status],()=>this.checkNotOver())},this.codec,t.outbox),this.stopWaking=ir(()=>this.probe()),this.start()}status=new A({name:"connecting"});user=new A(null);rooms;tokens;restored=new L;connection=null;isOpen=!1;welcomedAt=1/0;tries=0;timer=null;codec;stopWaking;async login(e,t){return this.logInBy("auth.login",{email:e,password:t})}async register(e){return this.logInBy("auth.register",e)}async logInBy(e,t){return this.adopt(await this.opened(r=>r.call(e,t)))}async logInWith(e){return this.opened(()=>this.adopt(e))}async logout(){await this.call("auth.logout",{}),this.rooms.end("we logged out");let{connection:e}=this;this.connection=null,this.isOpen=!1,e?.close(),await this.tokens.forget(),this.user.set(null),this.start()}async call(e,t,r){return this.opened(o=>o.call(e,t,r))}async stateAt(e,t){return qt(r=>this.call("history.at",{project:e,...t,part:r}),this.codec)}async stateOfSnapshot(e,t){return qt(r=>this.call("snapshots.state",{project:e,snapshot:t,part:r}),this.codec)}async join(e){let t=this.rooms.join(e);try{await this.synced(t)}catch(r){throw this.leave(t),r}return t}async leave(e){await this.rooms.leave(e)}onRestored(e){return this.restored.add(e)}async close(){await this.rooms.saved(),this.finish({name:"over",reason:"closed",message:"The client was closed."})}probe(){this.connection===null?this.start():this.connection.probe()}start(){if(this.timer!==null&&clearTimeout(this.timer),this.timer=null,this.connection!==null||this.status.value.name==="over")return;let e=this.options.WebSocket??globalThis.WebSocket,t=new ze(this.url,this.codec,e,{message:r=>this.hear(r),ended:r=>{t===this.connection&&this.ended(r)}});this.connection=t,this.greet(t)}async greet(e){try{await this.tokens.read();let{device:t,client:r=""}=this.options,{user:o}=await e.open({device:t,client:r,token:this.tokens.accessToken});o!==null?this.welcome(o):this.tokens.isKept?await this.refresh(e):this.status.set({name:"needs-login"}),this.isOpen=e===this.connection,this.restored.tell()}catch{e===this.connection&&e.close()}}async refresh(e){let t=await this.tokens.refresh(e);t instanceof w?this.status.set({name:"needs-login",reason:t.code,message:t.message}):await this.adopt(t)}async adopt(e){return await this.tokens.adopt(e),this.status.value.name!=="connected"&&this.welcome(e.user),e.user}welcome(e){let{connection:t}=this;t!==null&&(this.welcomedAt=performance.now(),this.user.set(e),this.status.set({name:"connected"}),this.rooms.enter(t))}hear(e){e.t==="token_expiring"?this.connection!==null&&this.tokens.isKept&&this.refresh(this.connection).catch(()=>{}):this.rooms.hear(e)}ended({code:e,error:t}){let r=this.isOpen;if(this.connection=null,this.isOpen=!1,performance.now()-this.welcomedAt>_o&&(this.tries=0),this.welcomedAt=1/0,this.rooms.lost(),this.status.value.name==="over")return;let o=$n[e];(o?.name==="token_expired"||o?.name==="auth_failed")&&(this.tokens.accessToken=null);let i=t?.code==="bad_message"&&!r;if(!(!i&&(o?.reconnect??!(e>=4500&&e<5e3)))&&o?.name!=="auth_failed"){let d=i?"bad_message":o?.name??String(e);this.finish({name:"over",reason:d,message:t?.message??o?.meaning??"the server closed for good"});return}if(o?.name==="no_hello"){this.status.set({name:"needs-login"});return}this.comeBack(t)}comeBack(e){let t=Math.max(e?.details.retry_after_ms??0,Ve(this.tries,Math.random()));this.tries+=1,this.status.set({name:"away",retryIn:t,...e!==null&&{reason:e.code,message:e.message}}),this.timer=setTimeout(()=>this.start(),t)}finish(e){this.timer!==null&&clearTimeout(this.timer),this.status.set(e),this.rooms.end("the client was closed"),this.stopWaking(),this.connection?.close()}async opened(e){if(this.connection===null&&this.status.value.name==="needs-login"&&this.start(),await it(()=>this.isOpen,wo,[this.status,t=>this.restored.add(t)],()=>this.checkNotOver()),this.connection===null)throw new S("the connection broke");return e(this.connection)}async synced(e){let t=null,r=e.onRefusedJoin(o=>{t=o});try{await it(()=>e.isSynced.value,sr,[this.status,e.isSynced,e.fetchedAnew,o=>e.onRefusedJoin(o)],()=>{if(this.checkNotOver(),t!==null)throw t;if(e.fetchedAnew.value>bo)throw new Y("the state that the server sends never comes to its digest")})}finally{r()}}checkNotOver(){let{name:e,message:t}=this.status.value;if(e==="over")throw new S(t??"the client is closed")}};var ar=300,ko=new Map,xo={max_uses:"For how many people",uses:"For how many people",expires_in:"Good for",email:"E-mail address",username:"Username",name:"Name",password:"Password",new_password:"New password",old_password:"Old password",code:"Code",token:"Link",bpm:"Tempo",user:"User",role:"Role"},So={bad_message:"This page has sent what the server does not understand. Load the page again.",unknown_message:"This page and the server are of different versions. Load the page again.",unsupported_version:"This page and the server are of different versions. Load the page again.",auth_required:"Log in first.",auth_failed:"The login is not valid. Log in again.",token_expired:"Your login has run out. Log in again.",second_factor_required:"A code of your second factor is asked for.",second_factor_missing:"This server asks everyone for a second factor: set one up.",link_required:"There is an account with this e-mail address already: log in to it, then link the other login in your account.",login_too_old:"This takes a login of the last ten minutes: log out, log in again, and do it then.",address_unverified:"Your e-mail address is not proved yet: open the link in the mail that you got, then log in.",forbidden:"You may not do this. Ask an owner of the project.",not_found:"It is not there any more, or you may not see it.",not_joined:"The project is not open any more. Open it again.",validation:"Something that was typed cannot be taken.",conflict:"Somebody else has changed it meanwhile. Look at it as it is now, then do it again.",taken:"Something of which there is only one is in use already. Choose another.",archived:"The project is archived: an owner must bring it back before anybody edits it.",limit_reached:"That is more than there may be.",rate_limited:n=>`That was too much in a short time. Try again ${nn(n)}.`,unavailable:n=>n.message??`The server cannot do this just now; nothing is lost. Try again ${nn(n)}.`,position_ahead:"The project was set back to an older state. Load the page again.",id_reused:"This was done already, or something else was. Load the page again and look.",op_invalid:"The edit does not fit the song as it is now.",op_exists:"This is in the song already.",op_cycle:"A group cannot be within itself, and a channel cannot lead to itself.",nothing_to_undo:"There is nothing of yours to undo here; others undo their own edits.",nothing_to_redo:"There is nothing to redo: nothing was undone since your last edit.",compacted:"What was before is not kept any more.",snapshot_damaged:"This snapshot is damaged and cannot be read. Choose another one.",not_done:"Something that belonged to it was refused, so none of it was done.",internal:n=>`The server made a mistake${n.error_id===void 0?"":`, and has noted it as ${n.error_id}`}. Try again ${nn(n)}; if it stays so, tell whoever runs the server.`},Mo=new Set(["auth_failed","address_unverified","forbidden","not_found","conflict","taken","limit_reached","validation","archived"]),Eo=/[`${}<>=]|\w_\w|(?<!@[a-z]*)[a-z]\.[a-z]|\b(?:str|int|float|null|regex|params|array|object)\b|retry_after/i;function lt(n,e=ko){return n instanceof w?Oo(Co(n,e)):n instanceof S?"The server does not answer just now. Look at your network, and try again.":n instanceof Y?"The song does not come here as the server has it, though it was fetched several times. Open it again; if this stays, tell whoever runs the server, with the address of this page.":(console.error("prime: an error that no server has told:",n),`This page made a mistake (${String(n?.message??n).slice(0,ar)}). Load it again.`)}function rn(n){return n instanceof w?n.details.field?.split(".").at(-1)??null:null}function Co(n,e){let{code:t,details:r}=n,o=So[t]??"The server has refused this.",i=typeof o=="string"?o:o(r),a=To(n.message,r.field),d=rn(n),u=d===null||t!=="validation"&&t!=="bad_message"&&t!=="taken"&&t!=="limit_reached"?"":e.get(d)??xo[d]??"";return u!==""?`${u}: ${a===""?"this cannot be taken":a}`:Mo.has(t)&&a!==""&&r.version===void 0?a:i}function To(n,e){let t=n.replace(/ - at `[^`]*`$/,"").replace(/^[a-z_]+\.[a-z_.]+: /,""),r=`${e??""}: `,o=(e!==void 0&&t.startsWith(r)?t.slice(r.length):t).trim();return Po(o)??(Eo.test(o)?"":o)}function Po(n){let e=/^Expected `str` of length (<=|>=|==) (\d+)/.exec(n);if(e!==null)return`${{"<=":"at most",">=":"at least","==":"exactly"}[e[1]]} ${e[2]} ${e[2]==="1"?"character":"characters"}`;let t=/^Expected `(?:int|float)` (<=|>=|<|>) (-?[\d.]+)/.exec(n);return t!==null?`${{"<=":"at most",">=":"at least","<":"less than",">":"more than"}[t[1]]} ${t[2]}`:/^Expected `(?:int|float)`/.test(n)?"this is no number":/^Object missing required field|got `null`$/.test(n)?"this is asked for":null}function nn({retry_after_ms:n}){if(n===void 0)return"in a moment";let e=Math.ceil(n/1e3);return e<=5?"in a moment":e<120?`in ${e} seconds`:`in ${Math.ceil(e/60)} minutes`}function Oo(n){let e=n.trim().slice(0,ar),t=e.charAt(0).toUpperCase()+e.slice(1);return/[.!?…]$/.test(t)?t:`${t}.`}var Ao=0,vl=Array.isArray;function s(n,e,t,r,o,i){e||(e={});var a,d,u=e;if("ref"in u)for(d in u={},e)d=="ref"?a=e[d]:u[d]=e[d];var c={type:n,props:u,key:t,ref:a,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:--Ao,__i:-1,__u:0,__source:o,__self:i};if(typeof n=="function"&&(a=n.defaultProps))for(d in a)u[d]===void 0&&(u[d]=a[d]);return m.vnode&&m.vnode(c),c}function z({label:n,action:e,danger:t=!1,onSubmit:r,children:o}){let[i,a]=ye(""),[d,u]=ye(!1),c=async h=>{if(h.preventDefault(),d)return;u(!0),a("");let f=h.target;try{await r(jo(f))}catch(l){a(lt(l,Ro(f)));let p=f.elements.namedItem(rn(l)??"");p instanceof HTMLElement&&p.focus()}u(!1)};return s("form",{class:"form","aria-label":n,"aria-busy":d,onSubmit:h=>void c(h),children:[o,i!==""&&s("p",{class:"failure",role:"alert",children:s("bdi",{children:i})}),s("button",{type:"submit",class:t?"danger":"main",disabled:d,children:e})]})}function jo(n){let e={};for(let[t,r]of new FormData(n))e[t]=String(r);return e}function Ro(n){let e=new Map;for(let t of n.elements)(t instanceof HTMLInputElement||t instanceof HTMLSelectElement)&&t.labels?.[0]&&e.set(t.name,t.labels[0].textContent);return e}function q({label:n,hint:e,value:t,...r}){let o=Fn();return s("div",{class:"field",children:[s("label",{for:o,children:n}),s("input",{id:o,...e!==void 0&&{"aria-describedby":`${o}-hint`},...t!==void 0&&{defaultValue:String(t)},...r}),e!==void 0&&s("small",{id:`${o}-hint`,class:"quiet",children:e})]})}function lr({entrance:n}){let e=n.step.value;switch(e.name){case"login":return s(Do,{entrance:n});case"register":return s(Io,{entrance:n});case"guest":return s(Lo,{entrance:n});case"code":return s(Uo,{entrance:n,challenge:e.challenge});case"set-up":return s(Fo,{entrance:n,step:e});case"recovery-codes":return s(No,{codes:e.codes,onDone:()=>n.finish()});case"mail-sent":return s(qo,{entrance:n,email:e.email})}}function Do({entrance:n}){return s(T,{children:[s(z,{label:"Log in",action:"Log in",onSubmit:e=>n.login(e),children:[s(q,{label:"E-mail address",name:"email",type:"email",autocomplete:"username",required:!0}),s(q,{label:"Password",name:"password",type:"password",autocomplete:"current-password",required:!0})]}),s("div",{class:"row",children:[s(ue,{entrance:n,step:{name:"register"},children:"Make an account"}),s("a",{href:"/account#forgot",children:"Forgotten the password?"}),s("a",{href:"/account",children:"More ways to log in"})]})]})}function Lo({entrance:n}){return s(T,{children:[s(z,{label:"Come in as a guest",action:"Come in",onSubmit:e=>n.enterAsGuest(e),children:s(q,{label:"Your name",name:"name",autocomplete:"name",required:!0,maxLength:100,hint:"What others see. No account is needed."})}),s("div",{class:"row",children:[s(ue,{entrance:n,step:{name:"login"},children:"I have an account"}),s(ue,{entrance:n,step:{name:"register"},children:"Make an account"})]})]})}function Io({entrance:n}){return s(T,{children:[s(z,{label:"Make an account",action:"Make the account",onSubmit:e=>n.register(e),children:[s(q,{label:"Your name",name:"name",autocomplete:"name",maxLength:100,hint:"What others see."}),s(q,{label:"Username",name:"username",autocomplete:"username",required:!0,minLength:2,maxLength:32}),s(q,{label:"E-mail address",name:"email",type:"email",autocomplete:"email",required:!0}),s(q,{label:"Password",name:"password",type:"password",autocomplete:"new-password",required:!0,minLength:8,hint:"8 characters or more."})]}),s(ue,{entrance:n,step:{name:"login"},children:"I have an account"})]})}function Uo({entrance:n,challenge:e}){return s(T,{children:[s(z,{label:"Second factor",action:"Go on",onSubmit:t=>n.enterCode(e,t),children:s(q,{label:"Code",name:"code",inputMode:"numeric",autocomplete:"one-time-code",required:!0,hint:"Of your authenticator app, or a recovery code."})}),s(ue,{entrance:n,step:{name:"login"},children:"Back"})]})}function Fo({entrance:n,step:e}){return s(T,{children:[s("p",{children:"This server asks everyone for a second factor. Add this key to an authenticator app, and type the code that it shows."}),s("p",{children:[s("a",{href:e.uri,children:"Open the app on this device"}),", or type the key: ",s("code",{class:"secret",children:e.secret})]}),s(z,{label:"Second factor",action:"Go on",onSubmit:t=>n.confirm(e.challenge,t),children:s(q,{label:"Code",name:"code",inputMode:"numeric",autocomplete:"one-time-code",required:!0})})]})}function No({codes:n,onDone:e}){return s(z,{label:"Recovery codes",action:"I have kept them",onSubmit:async()=>{await e()},children:[s("p",{children:"Keep these recovery codes: each logs you in once where you have lost the app. They are not shown again."}),s("ul",{class:"codes",children:n.map(t=>s("li",{children:s("code",{children:t})},t))})]})}function qo({entrance:n,email:e}){return s(T,{children:[s("p",{children:["A mail waits for you at ",s("bdi",{children:e}),": open its link, then log in here."]}),s(z,{label:"Another mail",action:"Send another mail",onSubmit:()=>n.sendVerification(e)}),s(ue,{entrance:n,step:{name:"login"},children:"Log in"})]})}function ue({entrance:n,step:e,children:t}){return s("button",{type:"button",class:"plain",onClick:()=>{n.step.value=e},children:t})}var $o=Symbol.for("preact-signals");function ht(){if(H>1)H--;else{var n,e=!1;for((function(){var o=ct;for(ct=void 0;o!==void 0;){var i=o.S;if(i.v===o.v)for(var a=i.t;a!==void 0;a=a.x)a.i===o.i&&(a.i=i.i);o=o.o}})();Ee!==void 0;){var t=Ee;for(Ee=void 0,dt++;t!==void 0;){var r=t.u;if(t.u=void 0,t.f&=-3,!(8&t.f)&&cr(t))try{t.c()}catch(o){e||(n=o,e=!0)}t=r}}if(dt=0,H--,e)throw n}}function sn(n){if(H>0)return n();on=++Bo,H++;try{return n()}finally{ht()}}var Me,y=void 0;function Ce(n){var e=y,t=Me;y=void 0,Me=void 0;try{return n()}finally{y=e,Me=t}}var Ee=void 0,H=0,dt=0,Bo=0,on=0,ct=void 0,ut=0;function dr(n){if(y!==void 0){var e=n.n;if(e===void 0||e.t!==y)return e={i:0,S:n,p:y.s,n:void 0,t:y,e:void 0,x:void 0,r:e},y.s!==void 0&&(y.s.n=e),y.s=e,n.n=e,32&y.f&&n.S(e),e;if(e.i===-1)return e.i=0,e.n!==void 0&&(e.n.p=e.p,e.p!==void 0&&(e.p.n=e.n),e.p=y.s,e.n=void 0,y.s.n=e,y.s=e),e}}function E(n,e){this.v=n,this.i=0,this.n=void 0,this.t=void 0,this.l=0,this.W=e?.watched,this.Z=e?.unwatched,this.name=e?.name}E.prototype.brand=$o;E.prototype.h=function(){return!0};E.prototype.S=function(n){var e=this,t=this.t;t!==n&&n.e===void 0&&(n.x=t,this.t=n,t!==void 0?t.e=n:Ce(function(){var r;(r=e.W)==null||r.call(e)}))};E.prototype.U=function(n){var e=this;if(this.t!==void 0){var t=n.e,r=n.x;t!==void 0&&(t.x=r,n.e=void 0),r!==void 0&&(r.e=t,n.x=void 0),n===this.t&&(this.t=r,r===void 0&&Ce(function(){var o;(o=e.Z)==null||o.call(e)}))}};E.prototype.subscribe=function(n){var e=this;return V(function(){var t=e.value;Ce(function(){return n(t)})},{name:"sub"})};E.prototype.valueOf=function(){return this.value};E.prototype.toString=function(){return this.value+""};E.prototype.toJSON=function(){return this.value};E.prototype.peek=function(){var n=this;return Ce(function(){return n.value})};Object.defineProperty(E.prototype,"value",{get:function(){var n=dr(this);return n!==void 0&&(n.i=this.i),this.v},set:function(n){if(n!==this.v){if(dt>100)throw new Error("Cycle detected");(function(t){H!==0&&dt===0&&t.l!==on&&(t.l=on,ct={S:t,v:t.v,i:t.i,o:ct})})(this),this.v=n,this.i++,ut++,H++;try{for(var e=this.t;e!==void 0;e=e.x)e.t.N()}finally{ht()}}}});function v(n,e){return new E(n,e)}function cr(n){for(var e=n.s;e!==void 0;e=e.n)if(e.S.i!==e.i||!e.S.h()||e.S.i!==e.i)return!0;return!1}function ur(n){for(var e=n.s;e!==void 0;e=e.n){var t=e.S.n;if(t!==void 0&&(e.r=t),e.S.n=e,e.i=-1,e.n===void 0){n.s=e;break}}}function hr(n){for(var e=n.s,t=void 0;e!==void 0;){var r=e.p;e.i===-1?(e.S.U(e),r!==void 0&&(r.n=e.n),e.n!==void 0&&(e.n.p=r)):t=e,e.S.n=e.r,e.r!==void 0&&(e.r=void 0),e=r}n.s=t}function Z(n,e){E.call(this,void 0,e),this.x=n,this.s=void 0,this.g=ut-1,this.f=4}Z.prototype=new E;Z.prototype.h=function(){if(this.f&=-3,1&this.f)return!1;if((36&this.f)==32||(this.f&=-5,this.g===ut))return!0;if(this.g=ut,this.f|=1,this.i>0&&!cr(this))return this.f&=-2,!0;var n=y;try{ur(this),y=this;var e=this.x();(16&this.f||this.v!==e||this.i===0)&&(this.v=e,this.f&=-17,this.i++)}catch(t){this.v=t,this.f|=16,this.i++}return y=n,hr(this),this.f&=-2,!0};Z.prototype.S=function(n){if(this.t===void 0){this.f|=36;for(var e=this.s;e!==void 0;e=e.n)e.S.S(e)}E.prototype.S.call(this,n)};Z.prototype.U=function(n){if(this.t!==void 0&&(E.prototype.U.call(this,n),this.t===void 0)){this.f&=-33;for(var e=this.s;e!==void 0;e=e.n)e.S.U(e)}};Z.prototype.N=function(){if(!(2&this.f)){this.f|=6;for(var n=this.t;n!==void 0;n=n.x)n.t.N()}};Object.defineProperty(Z.prototype,"value",{get:function(){if(1&this.f)throw new Error("Cycle detected");var n=dr(this);if(this.h(),n!==void 0&&(n.i=this.i),16&this.f)throw this.v;return this.v}});function pt(n,e){return new Z(n,e)}function pr(n){var e=n.j;if(n.j=void 0,typeof e=="function"){H++;var t=y;y=void 0;try{e()}catch(r){throw n.f&=-2,n.f|=8,an(n),r}finally{y=t,ht()}}}function an(n){for(var e=n.s;e!==void 0;e=e.n)e.S.U(e);n.x=void 0,n.s=void 0,pr(n)}function Wo(n){if(y!==this)throw new Error("Out-of-order effect");hr(this),y=n,this.f&=-2;try{8&this.f&&an(this)}finally{ht()}}function he(n,e){this.x=n,this.j=void 0,this.s=void 0,this.u=void 0,this.f=32,this.name=e?.name,Me&&Me.push(this)}he.prototype.c=function(){var n=this.S();try{if(8&this.f||this.x===void 0)return;var e=this.x();typeof e=="function"&&(this.j=e)}finally{n()}};he.prototype.S=function(){if(1&this.f)throw new Error("Cycle detected");this.f|=1,this.f&=-9,pr(this),ur(this),H++;var n=y;return y=this,Wo.bind(this,n)};he.prototype.N=function(){2&this.f||(this.f|=2,this.u=Ee,Ee=this)};he.prototype.d=function(){this.f|=8,1&this.f||an(this)};he.prototype.dispose=function(){this.d()};function V(n,e){var t=new he(n,e);try{t.c()}catch(o){throw t.d(),o}var r=t.d.bind(t);return r[Symbol.dispose]=r,r}var fr,mt,ft,Ho=typeof window<"u"&&!!window.__PREACT_SIGNALS_DEVTOOLS__;var mr=[];V(function(){fr=this.N})();function pe(n,e){m[n]=e.bind(null,m[n]||function(){})}function Te(n){if(ft){var e=ft;ft=void 0,e()}ft=n&&n.S()}function gr(n){var e=this,t=n.data,r=Go(t);r.name="ReactiveDom",r.value=t;var o=_e(function(){for(var d=e,u=e.__v;u=u.__;)if(u.__c){u.__c.__$f|=4;break}var c=pt(function(){var p=r.value.value;return p===0?0:p===!0?"":p||""}),h=pt(function(){return!Array.isArray(c.value)&&!xt(c.value)}),f=V(function(){if(this.N=vr,h.value){var p=c.value;d.__v&&d.__v.__e&&d.__v.__e.nodeType===3&&(d.__v.__e.data=p)}}),l=e.__$u.d;return e.__$u.d=function(){f(),l.call(this)},[h,c]},[]),i=o[0],a=o[1];return i.value?a.peek():a.value}gr.displayName="ReactiveTextNode";Object.defineProperties(E.prototype,{constructor:{configurable:!0,value:Et(T,null).constructor},type:{configurable:!0,value:gr},props:{configurable:!0,get:function(){var n=this;return{data:{get value(){return n.value}}}}},__b:{configurable:!0,value:1}});pe("__b",function(n,e){if(Te(),mt=void 0,typeof e.type=="string"){var t,r=e.props;for(var o in r)if(o!=="children"){var i=r[o];i instanceof E&&(t||(e.__np=t={}),t[o]=i,r[o]=i.peek())}}n(e)});pe("__r",function(n,e){if(n(e),e.type!==T){Te();var t,r=e.__c;r&&(r.__$f&=-2,(t=r.__$u)===void 0&&(r.__$u=t=(function(o,i){var a;return V(function(){a=this},{name:i}),a.c=o,a})((function(o){return function(){var i;Ho&&((i=this.y)==null||i.call(this)),o.__$f|=1,o.setState({})}})(r),typeof e.type=="function"?e.type.displayName||e.type.name:""))),mt=r,Te(t)}});pe("__e",function(n,e,t,r){Te(),mt=void 0,n(e,t,r)});pe("diffed",function(n,e){Te(),mt=void 0;var t;if(typeof e.type=="string"&&(t=e.__e)){var r=e.__np,o=e.props,i=t.U;if(i)for(var a in i){var d=i[a];d===void 0||r&&a in r||(d.d(),i[a]=void 0)}if(r){i||(i={},t.U=i);for(var u in r){var c=i[u],h=r[u];c===void 0?(c=Vo(t,u,h,o),i[u]=c):c.o(h,o)}}}n(e)});function Vo(n,e,t,r){var o=e in n&&n.ownerSVGElement===void 0,i=v(t);return{o:function(a,d){i.value=a,r=d},d:V(function(){this.N=vr;var a=i.value.value;r[e]!==a&&(r[e]=a,o?n[e]=a:a!=null&&(a!==!1||e[4]==="-")?n.setAttribute(e,a):n.removeAttribute(e))})}}pe("unmount",function(n,e){if(typeof e.type=="string"){var t=e.__e;if(t){var r=t.U;if(r){t.U=void 0;for(var o in r){var i=r[o];i&&i.d()}}}var a=e.__np;if(a){var d=e.props;for(var u in a)d[u]=a[u]}e.__np=void 0}else{var c=e.__c;if(c){c.__$f|=8;var h=c.__$u;h&&(c.__$u=void 0,h.d())}}n(e)});pe("__h",function(n,e,t,r){r<3&&(e.__$f|=2),n(e,t,r)});ne.prototype.shouldComponentUpdate=function(n,e){if(this.__R)return!0;var t=this.__$u,r=t&&t.s!==void 0;for(var o in e)return!0;if(this.__f||typeof this.u=="boolean"&&this.u===!0){var i=2&this.__$f;if(!(r||i||4&this.__$f)||1&this.__$f)return!0}else if(!(r||4&this.__$f)||3&this.__$f)return!0;for(var a in n)if(a!=="__source"&&n[a]!==this.props[a])return!0;for(var d in this.props)if(!(d in n))return!0;return!1};function Go(n,e){return _e(function(){return v(n,e)},[])}var zo=function(n){queueMicrotask(function(){queueMicrotask(n)})};function Jo(){sn(function(){for(var n;n=mr.shift();)fr.call(n)})}function vr(){mr.push(this)===1&&(m.requestAnimationFrame||zo)(Jo)}var gt=class{constructor(e,t){this.client=e;this.invitation=t}step=v({name:"login"});shown=v(null);isTaken=v(!1);refusal=v(null);async look(e){if(!(this.invitation===null||this.isTaken.value)){this.refusal.value=null;try{this.shown.value=await this.client.call("invitations.look",{token:this.invitation})}catch(t){this.refuse(t,"closed");return}e?await this.returnTo(this.shown.value.project):this.shown.value.guests&&this.step.value.name==="login"&&(this.step.value={name:"guest"})}}async accept(){if(this.invitation!==null)try{await this.client.call("invitations.accept",{token:this.invitation}),this.isTaken.value=!0}catch(e){this.refuse(e,this.shown.value?.is_for_address===!0?"foreign":"closed")}}async returnTo(e){try{await this.client.call("projects.get",{project:e})}catch(t){if(t instanceof w)return;throw t}await this.accept(),this.refusal.value=null,this.isTaken.value=!0}refuse(e,t){if(!(e instanceof w)||e.code!=="auth_failed")throw e;this.refusal.value=t}async login({email:e="",password:t=""}){await this.orNextStep(e,()=>this.client.login(e,t))}async register({email:e="",username:t="",name:r="",password:o=""}){let i=this.refusal.value===null?this.invitation:null,a={email:e,username:t,name:r||t,password:o,...i!==null&&{invitation:i}};await this.orNextStep(e,async()=>{await this.client.register(a),this.isTaken.value=i!==null})}async enterAsGuest({name:e=""}){await this.client.logInBy("auth.register_guest",{invitation:this.invitation??"",name:e}),this.isTaken.value=!0}async enterCode(e,{code:t=""}){await this.client.logInBy("auth.second_factor",{challenge:e,code:t.replaceAll(" ","")})}async sendVerification(e){await this.client.call("auth.send_verification",{email:e})}async confirm(e,{code:t=""}){let r=await this.client.call("auth.totp_confirm",{challenge:e,code:t.replaceAll(" ","")});this.step.value={name:"recovery-codes",codes:r.recovery_codes},this.pending=r.tokens??null}async finish(){this.pending===null?this.step.value={name:"login"}:await this.client.logInWith(this.pending)}pending=null;async orNextStep(e,t){try{await t()}catch(r){let o=r instanceof w?await this.stepAfter(r,e):null;if(o===null)throw r;this.step.value=o}}async stepAfter({code:e,details:t},r){let o=t.challenge??"";switch(e){case"second_factor_required":return{name:"code",challenge:o};case"second_factor_missing":{let i=await this.client.call("auth.totp_begin",{challenge:o});return{name:"set-up",challenge:o,...i}}case"address_unverified":return{name:"mail-sent",email:r};default:return null}}};var vt=class{constructor(e){this.storage=e}here=new Map;read(e){try{return this.storage().getItem(e)}catch{return this.here.get(e)??null}}keep(e,t){try{t===null?this.storage().removeItem(e):this.storage().setItem(e,t)}catch{t===null?this.here.delete(e):this.here.set(e,t)}}},Pe=new vt(()=>localStorage),ln=new vt(()=>sessionStorage);var Ko=[["WebSocket","to talk with the server"],["DecompressionStream","to read a song"],["BigInt","to check it"],["structuredClone","to edit it"],["crypto.getRandomValues","to name what is new"],["ResizeObserver","to draw it"],["CanvasRenderingContext2D.prototype.roundRect","to draw it"],["HTMLDialogElement.prototype.showModal","to ask"],["Array.prototype.findLast","to find something in it"]],Yo="Update it, or open the page in a current Firefox, Chrome, Edge or Safari.";function yr(n){let e=Ko.filter(([r])=>!Qo(n,r.split(".")));return e.length===0?null:`This browser lacks what the page needs (${e.map(([r,o])=>`${r.split(".").pop()}, ${o}`).join("; ")}). ${Yo}`}function Qo(n,e){let t=n;for(let r of e)t=t?.[r];return t!=null}function _r(){let n=new URL("/v1",location.href);return n.protocol=n.protocol==="https:"?"wss:":"ws:",n.href}var dn="prime.device",Xo=600;async function br(){let n=ln.read(dn);if(n!==null&&await wr(n))return n;let e=R();return ln.keep(dn,e),await wr(e),e}function wr(n){let{locks:e}=navigator;return e===void 0?Promise.resolve(!0):new Promise(t=>{e.request(`${dn}.${n}`,{signal:AbortSignal.timeout(Xo)},()=>(t(!0),new Promise(()=>{}))).catch(()=>t(!1))})}var Zo="prime.theme",kr=v(ti()),ei=v("dark");function xr(){let n=matchMedia("(prefers-color-scheme: light)"),e=v(n.matches);n.addEventListener("change",()=>{e.value=n.matches}),V(()=>{let t=kr.value==="system"?e.value?"light":"dark":kr.value;document.documentElement.dataset.theme=t,ei.value=t})}function ti(){let n=Pe.read(Zo);return n==="dark"||n==="light"?n:"system"}function cn(n,e){let[,t]=ye(0);return jt(()=>n?.subscribe(()=>t(r=>r+1)),[n]),n==null?e:n.value}var Sr=`# Alarms

\`ops/prometheus/rules.yml\` has them, each links its paragraph here. \`page\` wakes somebody: musicians notice, or what was
acknowledged is in danger. \`ticket\` waits for the next working day.

## What to do when one fires

Commands are run as root on the machine of a node; the nodes of this page listen on 8801 and 8802. Once, in each new
shell:

\`\`\`sh
cd /opt/prime
set -a; . /etc/prime/prime.env; set +a
as_postgres() { runuser -u postgres -- psql -X -d prime "$@"; }
\`\`\`

What other sessions do is hidden from the role of the nodes, and it ends none of them: that is what the last line is
for. Where PostgreSQL is on another machine, make a login that may look and end once, and call psql there with its
address instead:

\`\`\`sql
CREATE ROLE prime_watcher LOGIN IN ROLE pg_monitor, pg_signal_backend;
\`\`\`

Three that always help: what a node says of itself, the end of its log, and what PostgreSQL is busy with.

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
journalctl -u prime@8801 -n 50 -o cat --no-pager
as_postgres -c "SELECT pid, state, now() - xact_start AS since, pg_blocking_pids(pid) AS waits_for,
  left(query, 60) AS query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY since DESC"
\`\`\`

### PrimeNoNode

Means: Prometheus gets no answer from any node. Either all have ended, or it asks at the wrong place.

Musicians notice: nobody gets in; who was in a room sees "connecting". Nothing acknowledged is lost.

Do: see whether they run, why they ended (the last lines of the log say so), and start them.

\`\`\`sh
systemctl status prime@8801 prime@8802
journalctl -u prime@8801 -u prime@8802 -n 20 -o cat --no-pager
systemctl start prime@8801 prime@8802
curl -s --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:8801/readyz
\`\`\`

### PrimeNodeDown

Means: one node has not answered for two minutes. A restart takes seconds, so it does not come back by itself.

Musicians notice: a second or two, when theirs ended. They are on the other nodes now.

Do: read why it ended, start it. If it answers here, Prometheus does not reach it: look at the network.

\`\`\`sh
journalctl -u prime@8802 -n 20 -o cat --no-pager
systemctl start prime@8802
curl -s --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:8802/healthz
\`\`\`

### PrimeRestarts

Means: a node has started three times or more within a quarter of an hour: it crashes, or is killed, most often by the
kernel for want of memory.

Musicians notice: each time a second or two without the others.

Do: a log that ends without \`stopped\` was a crash or a kill. If the kernel did it, give the machine more memory.

\`\`\`sh
journalctl -u prime@8801 -n 50 -o cat --no-pager
free -m
\`\`\`

### PrimeMusiciansGone

Means: the nodes answer, and over half of all connections were lost within ten minutes: something before the nodes
fails, most often the load balancer or its certificate.

Musicians notice: they cannot connect.

Do: ask a node through the balancer, then by itself. If only the first fails, it is the balancer.

\`\`\`sh
curl -sk --max-time 5 -o /dev/null -w '%{http_code}\\n' https://prime.example.com/account || systemctl status haproxy
curl -s http://127.0.0.1:8801/readyz
\`\`\`

### PrimeTurnsMusiciansAway

Means: over five connections within five minutes were closed with 1013: a node is full, or all came at once, as after a
restart.

Musicians notice: they are told to come later, and do by themselves, with pauses.

Do: nothing, if it ends within minutes of a restart. Otherwise see which node is full, and start one more.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(full|loop_load|members|core_waited) '
curl -s http://127.0.0.1:8802/metrics | grep -E '^prime_(full|loop_load|members|core_waited) '
\`\`\`

### PrimeAllFull

Means: every node takes more than its share of a core, and its rooms gather moves as long as they can.

Musicians notice: who is inside sees others' moves up to 48 ms late; nobody new gets in.

Do: start one more node, and name it to the balancer. See whether the nodes have their cores: another program on the
machine looks the same.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(core_waited|loop_load) '
ps -eo pid,pcpu,args --sort=-pcpu | head -5
\`\`\`

### PrimeNodeFull

Means: one node has been full for two minutes, the others are not.

Musicians notice: others' moves up to 48 ms late in its rooms; who is new goes to the others.

Do: nothing at once. Plan one more node if it comes again; look for one large room, and for who else has its core.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(full|rooms|members|loop_load|core_waited) '
ps -eo pid,pcpu,args --sort=-pcpu | head -5
\`\`\`

### PrimeNodeBusy

Means: a node has been at its share of a core for ten minutes; its fullest rooms gather moves.

Musicians notice: others' moves come some milliseconds later, in full rooms.

Do: plan one more node ([Sizing](settings.md#sizing)). The load of each:

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(loop_load|tick_gap_seconds|members) '
\`\`\`

### PrimeStillDraining

Means: somebody told a node to drain two hours ago, and neither stopped it nor took it back.

Musicians notice: nothing, while the others can carry them.

Do: stop it, or let it serve again ([draining](signals.md#draining-a-node)). What it says of itself:

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
curl -s http://127.0.0.1:8801/metrics | grep '^prime_draining'
\`\`\`

### PrimeMaintenanceForgotten

Means: an operator said \`read-only\`, or closed a room, two hours ago, and nobody took it back.

Musicians notice: they cannot edit, or cannot enter that room; what they made meanwhile waits in their clients.

Do: see who said it, and why ([doing things](doing.md)); take it back with \`./run admin read-write\`, or
\`./run admin open-room PROJECT\` for each that \`./run admin closed-rooms\` lists.

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(maintenance|closed_rooms)'
\`\`\`

### PrimeLoopLate

Means: in one of a hundred looks the event loop came over 50 ms late. Something holds it, or it has no core.

Musicians notice: moves and sounds of others stutter.

Do: see whether others have its core; if not, report it with the log, which tells what is slow.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(core_waited|loop_load|loop_late_seconds_bucket)'
ps -eo pid,pcpu,args --sort=-pcpu | head -5
\`\`\`

### PrimeCoreTaken

Means: for over a tenth of the time the node could have run, and others had its core: another program, or another
machine on the same host.

Musicians notice: stutter, if it gets worse.

Do: move what else runs there, or give the machine one core more for each node.

\`\`\`sh
ps -eo pid,pcpu,args --sort=-pcpu | head -8
nproc
\`\`\`

### PrimeJoinsSlow

Means: one of a hundred who enter a room waits over two seconds.

Musicians notice: a long "joining".

Do: see whether PostgreSQL is slow, and whether the node is full. A project of 50,000 parts takes a third of a second.

\`\`\`sh
as_postgres -c "SELECT count(*), state, wait_event_type FROM pg_stat_activity GROUP BY 2, 3 ORDER BY 1 DESC"
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(full|loop_load|database_busy|database_limit)'
\`\`\`

### PrimeCallsSlow

Means: one of a hundred calls of the named group takes over a second.

Musicians notice: lists, searches or logins are slow; playing is not.

Do: see which lane is full, and what PostgreSQL does for so long.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_database_(busy|limit)'
as_postgres -c "SELECT pid, now() - query_start AS since, left(query, 80) AS query FROM pg_stat_activity
  WHERE state = 'active' AND pid <> pg_backend_pid() ORDER BY since DESC LIMIT 10"
\`\`\`

### PrimeCutsMusiciansOff

Means: a node that was told to stop did not get done in ten seconds and cut off who was left.

Musicians notice: a second or two without the others, once.

Do: \`stopped\` in its log says how many (\`cut_off\`). Clients that do not answer count too, so a few are no fault. If it
is many each time, PostgreSQL is slow when rooms are stored.

\`\`\`sh
journalctl -u prime@8801 -n 50 -o cat --no-pager
\`\`\`

### PrimeHandshakesRefused

Means: an address has more connections, or opens them faster, than it may ([limits](settings.md#who-may-have-how-much)).

Musicians notice: some cannot connect.

Do: if all clients seem to have the balancer's address, name that in \`PRIME_PROXIES\`: the log says so once. If a studio
shares one address, raise \`sockets_per_address\`.

\`\`\`sh
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep X-Forwarded-For || true
grep PRIME_PROXIES /etc/prime/prime.env
\`\`\`

### PrimeCannotCommit

Means: a node cannot write the journal: PostgreSQL is down, full, read-only, or not reached.

Musicians notice: "degraded". They go on, edits wait and are not acknowledged; joins and calls fail. Nothing is lost
while nodes run.

Do: don't restart nodes, edits wait in them. Bring PostgreSQL back; nodes find it within a second. A full disk is the
most frequent reason.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT now(), pg_is_in_recovery() AS is_standby"
df -h
systemctl status postgresql
\`\`\`

### PrimeProjectHeldUp

Means: projects cannot be written to while others can: somebody holds a lock on their row, or PostgreSQL answers with an
error for them alone.

Musicians notice: in these projects "degraded", and after ten seconds their edits are refused and sent again.

Do: find who holds the lock, then end it. The second command ends those who have held a transaction open for a minute
without doing anything.

\`\`\`sh
as_postgres -c "SELECT pid, application_name, state, now() - xact_start AS since, left(query, 60) AS query
  FROM pg_stat_activity WHERE pid IN (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity)"
as_postgres -c "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE state = 'idle in transaction' AND state_change < now() - interval '1 minute'"
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep 'held up' || true
\`\`\`

### PrimeCommitsSlow

Means: one of a hundred edits is acknowledged after over a tenth of a second.

Musicians notice: what they did appears late at others'.

Do: look at PostgreSQL's disk (each COMMIT waits for it), at its checkpoints, and at a synchronous standby.

\`\`\`sh
as_postgres -c "SELECT pid, wait_event_type, wait_event, left(query, 60) AS query FROM pg_stat_activity
  WHERE state = 'active' AND wait_event IS NOT NULL"
as_postgres -c "SELECT application_name, state, sync_state, replay_lag FROM pg_stat_replication"
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(commit|ack)_seconds_bucket'
\`\`\`

### PrimeDeltasLost

Means: PostgreSQL no longer has what had been acknowledged: a backup was restored under running nodes, or a standby that
was behind took over. The projects have a new epoch already.

Musicians notice: a moment's reconnect, then the project without its last edits. What was not acknowledged comes back.

Do: nothing for the rooms. Find out what was lost, and keep the old primary's disk: it may be the only one that has it.
See that the database you serve from is the one you mean. The alarm ends an hour after the last loss.

\`\`\`sh
journalctl -u prime@8801 -n 500 -o cat --no-pager | grep 'went back' || true
psql "$DATABASE_URL" -c "SELECT inet_server_addr(), pg_is_in_recovery() AS is_standby, pg_postmaster_start_time()"
\`\`\`

### PrimeStatesDiffer

Means: a node held another state of a project than is stored, or an entry of the journal could not be applied. It is
repaired already: the node has read the stored state. The alarm ends an hour after the last time, and has a cause in
Prime that must be found.

Musicians notice: perhaps a moment's fresh state.

Do: keep the log, audit the projects that it names (\`./run serve audit PROJECT\`), and report both.

\`\`\`sh
journalctl -u prime@8801 -n 1000 -o cat --no-pager | grep -E 'diverge|quarantin|anew' || true
\`\`\`

### PrimeClientsDiverge

Means: more than five clients within an hour had another copy than the server. They were given fresh state.

Musicians notice: a jump in what they see.

Do: see who, and with which device. If all have one release of a client, it is that release; after a restore or failover
it is expected.

\`\`\`sh
journalctl -u prime@8801 -n 1000 -o cat --no-pager | grep diverged || true
\`\`\`

### PrimeLaneFull

Means: all connections of a lane have been in use for a minute ([lanes](database.md)).

Musicians notice: by lane: \`appends\` late acknowledgements, \`rooms\` and \`calls\` slow joins and calls, \`callers\` and
\`searches\` slow lists, \`reads\` slow history, \`behind\` nothing yet.

Do: see what takes so long, and whether somebody waits for a lock. More connections for a lane (\`PRIME_DB_CALLS\` and the
like) help only if PostgreSQL has cores to spare.

\`\`\`sh
as_postgres -c "SELECT pid, now() - query_start AS since, wait_event_type, left(query, 80) AS query
  FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() ORDER BY since DESC LIMIT 10"
\`\`\`

### PrimeFeedLags

Means: lists that are on screens show what changed over a second late. A transaction that somebody holds open keeps
later ones from being read.

Musicians notice: lists of projects, presets and members are late; rooms are not.

Do: end the oldest transaction, if it is not a backup.

\`\`\`sh
as_postgres -c "SELECT pid, application_name, state, now() - xact_start AS since, left(query, 60) AS query
  FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start LIMIT 5"
\`\`\`

### PrimeBackupOld

Means: the last backup that succeeded is over 26 hours old, or there never was one.

Musicians notice: nothing, until you need it.

Do: run one by hand and read what it says; then see why the timer did not ([backups](backups.md)). A full disk at its
directory is the most frequent reason.

\`\`\`sh
systemctl start prime-backup
journalctl -u prime-backup -n 20 -o cat --no-pager
df -h /var/backups/prime
\`\`\`

### PrimeRehearsalOld

Means: no backup was restored beside and proved within 35 days, or none ever was.

Musicians notice: nothing, until you need one.

Do: run a rehearsal and read what it says ([rehearsals](backups.md#rehearsals)); then see why its timer did not.

\`\`\`sh
systemctl start prime-rehearse
journalctl -u prime-rehearse -n 20 -o cat --no-pager
\`\`\`

### PrimeBusDown

Means: a node does not reach Redis.

Musicians notice: "degraded" in rooms on several nodes: others' edits up to five seconds late, cursors of other nodes
not at all. No acknowledgement is later, nothing is lost.

Do: start Redis again, empty; nodes are back within a second or two. If it answers here, look at the network between the
node and it, or at the password.

\`\`\`sh
redis-cli -u "$REDIS_URL" ping || systemctl restart redis-server
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep 'the bus' || true
\`\`\`

### PrimeBusForged

Means: somebody without the nodes' secret writes to Prime's channels. It is not believed.

Musicians notice: nothing.

Do: see who is connected to Redis, as its administrator (\`default\`; the ACL of the page lets nodes not ask that); give
it a password and an ACL ([Redis](redis.md)), and close it to others. A second deployment with another secret on the
same server has other channels, so it is not that.

\`\`\`sh
redis-cli -h bus.internal client list | tail -20
\`\`\`

### PrimeVersionsDiffer

Means: nodes of two versions have run side by side for two hours: a deployment was begun and not finished.

Musicians notice: perhaps cursors of members on other nodes are missing.

Do: finish it, node by node, or take it back ([deploying](signals.md#deploying-anew-node-by-node)). Which node is which:

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep '^prime_build_info'
curl -s http://127.0.0.1:8802/metrics | grep '^prime_build_info'
\`\`\`

### PrimeGuessing

Means: over 200 wrong passwords, or over 50 tries that came too soon, within ten minutes.

Musicians notice: nothing; owners get in from where they did before.

Do: nothing at once, tries are held back by themselves. See from where, and block a network at the balancer if it goes
on.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT event, address, sum(count) FROM audit_log WHERE created_at > now() - interval '1 hour'
  AND event IN ('login_failed', 'login_held_back') GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10"
\`\`\`

### PrimeTokensForged

Means: over ten tokens within an hour that were forged, or used before. A refresh token that comes twice was stolen, or
a client forgot the newer one; its login has ended by itself.

Musicians notice: whose login it was logs in again.

Do: see whose. One user with one device is a broken client; many users are a theft: rotate the signing keys and the
secret ([secrets](signals.md#changing-the-secret)).

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT event, user_id, address, sum(count) FROM audit_log
  WHERE created_at > now() - interval '1 hour' AND event IN ('token_refused', 'refresh_reused')
  GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 10"
\`\`\`

### PrimeAuditLost

Means: entries of the audit found no room while PostgreSQL was away, or were refused by it.

Musicians notice: nothing.

Do: the log has each entry that was written to it before it was lost. See how long PostgreSQL was away.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT created_at, count FROM audit_log WHERE event = 'entries_lost' ORDER BY 1 DESC LIMIT 10"
journalctl -u prime@8801 -n 500 -o cat --no-pager | grep audit || true
\`\`\`

### PrimeMailWaits

Means: the oldest mail that is to be sent has waited for over five minutes: the mail server does not take it. Where
\`SMTP_URL\` is set on no node, mails wait too, and nobody is woken.

Musicians notice: no links to log in, to prove an address or to set a password.

Do: read what the mail server says ([mail](../accounts.md#mail)). When it takes mails again, they go by themselves.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT kind, count(*), max(tries) AS tries, max(last_error) AS reason FROM mail_outbox
  WHERE sent_at IS NULL AND given_up_at IS NULL GROUP BY 1"
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep -i mail || true
\`\`\`

### PrimeMailGivenUp

Means: over five mails within an hour were refused for good, or could not be sent in time.

Musicians notice: these mails never come; they have to ask again.

Do: read the reasons. "Relay access denied" and the like are settings of the mail server; unknown recipients are typing
errors of people.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT last_error AS reason, count(*) FROM mail_outbox
  WHERE given_up_at > now() - interval '1 hour' GROUP BY 1 ORDER BY 2 DESC"
\`\`\`

### PrimeTaskDown

Means: a task that should run as long as the node fails again and again, through an error in Prime. The balancer sends
nobody new there.

Musicians notice: by task; \`/readyz\` names it.

Do: keep the log, then restart the node: others take its musicians. Report it with the trace in the log.

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
journalctl -u prime@8801 -n 100 -o cat --no-pager
systemctl restart prime@8801
curl -s --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:8801/readyz
\`\`\`

### PrimeMistakes

Means: Prime made a mistake that it survived: a call answered \`internal\`, a task or an append that failed, a row that
the second wall held back, a message of the bus that could not be read. The alarm ends an hour after the last one.

Musicians notice: one call that failed, mostly nothing.

Do: \`./run migrate\` repairs a grant that is missing, which looks the same and is harmless to run. Then read the trace
(\`exception\`) in the log and report it.

\`\`\`sh
./run migrate
journalctl -u prime@8801 -n 500 -o cat --no-pager | grep exception || true
\`\`\`

### PrimeDescriptors

Means: a node has used four fifths of the file descriptors that it may have. Each connection takes one.

Musicians notice: nothing yet; at the last one nobody gets in.

Do: raise the limit in the unit and restart node by node, or add a node.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^(process_open_fds|process_max_fds|prime_connections)'
grep LimitNOFILE /etc/systemd/system/prime@.service
\`\`\`

### PrimeTlsExpires

Means: the certificate that a node speaks TLS with ends within two weeks, and was not renewed.

Musicians notice: nothing yet.

Do: see why the renewal fails; nodes read a new one when they are reloaded. The alarm is only there for nodes that speak
TLS themselves: a balancer's certificate is the balancer's to watch. What a node serves:

\`\`\`sh
openssl s_client -connect 127.0.0.1:8801 < /dev/null 2> /dev/null | openssl x509 -noout -enddate ||
  echo 'no TLS on this port'
\`\`\`

### PrimeTlsEnds

Means: that certificate ends within two days. After that no client connects.

Musicians notice: nothing, until then; afterwards nobody gets in.

Do: renew it by hand now, put it where the old one is, and reload the nodes; they say \`reloaded\` when they have it.

\`\`\`sh
systemctl reload prime@8801 prime@8802
journalctl -u prime@8801 -n 20 -o cat --no-pager | grep -E 'reloaded|certificate' || true
openssl s_client -connect 127.0.0.1:8801 < /dev/null 2> /dev/null | openssl x509 -noout -enddate ||
  echo 'no TLS on this port'
\`\`\`
`;var ri=/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/,oi=/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;function Mr(n){let e=new Map;for(let t of n.split(`
`)){let[,r,o="",i=""]=ri.exec(t)??[];if(r===void 0||t.startsWith("#"))continue;let a=i==="+Inf"?1/0:Number(i);if(Number.isNaN(a))continue;let d={labels:Object.fromEntries([...o.matchAll(oi)].map(([,c,h])=>[c,h])),value:a},u=e.get(r);u===void 0?e.set(r,[d]):u.push(d)}return e}function $(n,e){return(n.get(e)??[]).reduce((t,{value:r})=>t+r,0)}function fe(n,e,t){let r=new Map;for(let{labels:u,value:c}of n.get(`${e}_bucket`)??[]){let h=u.le==="+Inf"?1/0:Number(u.le);r.set(h,(r.get(h)??0)+c)}let o=[...r].sort(([u],[c])=>u-c),i=o.at(-1)?.[1]??0;if(i===0)return null;let[a,d]=[0,0];for(let[u,c]of o){if(c>=t*i)return u===1/0?a:a+(u-a)*(t*i-d)/Math.max(1e-12,c-d);[a,d]=[u,c]}return a}var ii=.9,si=.5,ai=1,li=2*36e5;function Er({nodes:n,ready:e,metrics:t,now:r}){return[...di(e),...ci(n,r),...ui(t)].sort((i,a)=>+(i.kind==="look")-+(a.kind==="look"))}function di(n){if(n===null)return[{kind:"bad",text:"The node that this page comes from does not answer.",alarm:"PrimeNodeDown"}];if(n.status!==200)return[{kind:"bad",text:`This node is not ready: ${n.text}.`,alarm:n.text.includes("database")?"PrimeCannotCommit":n.text.includes("down")?"PrimeTaskDown":"PrimeNodeDown"}];let e=[];return n.text.includes("bus down")&&e.push({kind:"bad",text:"The bus is down: other nodes hear late.",alarm:"PrimeBusDown"}),n.text.includes("cannot be written to")&&e.push({kind:"bad",text:`Some projects are held up (${n.text}).`,alarm:"PrimeProjectHeldUp"}),n.text.includes("closed rooms")&&e.push({kind:"look",text:"Rooms are closed: see below which, and open them when that is over.",alarm:"PrimeMaintenanceForgotten"}),e}function ci(n,e){if(n===null)return[];let t=[],{nodes:r,maintenance:o}=n;for(let{node:a,host:d,state:u,load:c,silent_ms:h}of r){let f=`${a} on ${d}`;u==="silent"&&t.push({kind:"bad",text:`${f} has said nothing for ${Math.round(h/1e3)} s.`,alarm:"PrimeNodeDown"}),u==="drained"&&t.push({kind:"look",text:`${f} takes nobody in: it is drained.`,alarm:"PrimeStillDraining"}),c>=ii&&t.push({kind:"look",text:`${f} is at ${Math.round(c*100)} % of its share of a core.`,alarm:"PrimeNodeBusy"})}let i=new Set(r.map(({version:a})=>a));if(i.size>1&&t.push({kind:"look",text:`Nodes of several versions serve: ${[...i].join(", ")}.`,alarm:"PrimeVersionsDiffer"}),o.mode==="read_only"){let a=o.began_at!=null&&e-o.began_at>li;t.push({kind:a?"bad":"look",text:`All is read-only: ${o.message||"maintenance"}.`,alarm:"PrimeMaintenanceForgotten"})}return t}function ui(n){if(n===null)return[];let e=[],t=(i,a,d,u)=>{i&&e.push({kind:a,text:d,alarm:u})},[r,o]=[fe(n,"prime_commit_seconds",.99),fe(n,"prime_call_seconds",.99)];return t($(n,"prime_degraded")>0,"bad","Edits cannot be stored just now.","PrimeCannotCommit"),t($(n,"prime_full")>0,"bad","This node is full.","PrimeNodeFull"),t($(n,"prime_tasks_down")>0,"bad","A task of this node is down.","PrimeTaskDown"),t($(n,"prime_entries_quarantined_total")>0,"bad","Deltas in the journal cannot be read.","PrimeDeltasLost"),t((r??0)>si,"look",`One commit in a hundred takes ${Oe(r)}.`,"PrimeCommitsSlow"),t((o??0)>ai,"look",`One call in a hundred takes ${Oe(o)}.`,"PrimeCallsSlow"),t($(n,"prime_diverged_total")>0,"look","Copies of clients differed from the server's.","PrimeClientsDiverge"),t($(n,"prime_mail_given_up_total")>0,"look","Mails were given up.","PrimeMailGivenUp"),e}function Oe(n){return n===null?"–":`${n<.01?(n*1e3).toFixed(1):Math.round(n*1e3)} ms`}function un(n){let e=["B","kB","MB","GB","TB"],t=Math.min(e.length-1,Math.max(0,Math.floor(Math.log10(Math.max(1,n))/3)));return`${(n/1e3**t).toFixed(t===0?0:1)} ${e[t]}`}function Cr(n){let e=new Map;for(let t of n.split(/^### /m).slice(1)){let r=t.search(/^## /m),[o="",...i]=(r<0?t:t.slice(0,r)).split(`
`);e.set(o.trim(),hi(i.join(`
`)).trim())}return e}function hi(n){return n.replace(/^```\w*\n/gm,"").replace(/\[([^\]]+)\]\([^)]*\)/g,"$1").replace(/[`*]/g,"")}var pi=Cr(Sr);function Tr({console:n}){return s("main",{class:"board",children:[s(fi,{seen:n}),s(vi,{seen:n}),s(yi,{seen:n}),s(_i,{seen:n}),s(wi,{seen:n}),s(bi,{seen:n}),s(ki,{seen:n}),s(xi,{seen:n})]})}function fi({seen:n}){let e=Er({nodes:n.nodes.value,ready:n.ready.value,metrics:n.metrics.value,now:Date.now()});return s("section",{class:`card health ${e.some(({kind:t})=>t==="bad")?"bad":e.length>0?"look":"good"}`,"aria-label":"Whether all is well",children:[s("h2",{role:"status",children:e.length===0?"All is well.":e.length===1?"One thing to look at.":`${e.length} things to look at.`}),n.failure.value!==null&&s("p",{class:"failure",role:"alert",children:lt(n.failure.value)}),e.map(t=>s(mi,{finding:t},t.alarm+t.text)),s("p",{class:"quiet",children:["This node says: ",n.ready.value?.text??"nothing",". Asked at ",new Date(n.askedAt.value).toLocaleTimeString(),".",n.metrics.value===null&&" Its /metrics cannot be read from here: figures are missing below."]})]})}function mi({finding:n}){return s("details",{class:`finding ${n.kind}`,children:[s("summary",{children:[s("bdi",{children:n.text})," ",s("span",{class:"quiet",children:n.alarm})]}),s("pre",{children:pi.get(n.alarm)??"It has no paragraph."}),s("p",{class:"quiet",children:["From docs/operating/alarms.md#",n.alarm.toLowerCase()]})]})}var gi=[["prime_ack_seconds","From a delta to its ack"],["prime_commit_seconds","A commit"],["prime_call_seconds","A call"],["prime_join_seconds","A join"],["prime_loop_late_seconds","The loop is late"]];function vi({seen:n}){let e=n.metrics.value;return e===null?null:s(ee,{title:"Latencies of this node, since it was started",head:["","half within","99 of 100 within"],children:[gi.map(([t,r])=>s("tr",{children:[s("th",{scope:"row",children:r}),s("td",{children:Oe(fe(e,t,.5))}),s("td",{children:Oe(fe(e,t,.99))})]},t)),s("tr",{children:[s("th",{scope:"row",children:"Deltas committed"}),s("td",{colSpan:2,children:$(e,"prime_deltas_committed_total").toLocaleString()})]}),s("tr",{children:[s("th",{scope:"row",children:"Connections cut off"}),s("td",{colSpan:2,children:$(e,"prime_aborted_connections_total").toLocaleString()})]})]})}function yi({seen:n}){let e=n.nodes.value;return e===null?null:s(ee,{title:"Nodes",head:["node","state","load","connections","rooms","members","version","since"],children:e.nodes.map(t=>s("tr",{children:[s("th",{scope:"row",children:[s("bdi",{children:t.node})," ",s("small",{class:"quiet",children:[t.host,":",t.pid]})]}),s("td",{children:t.state}),s("td",{children:[Math.round(t.load*100)," %"]}),s("td",{children:t.connections}),s("td",{children:t.rooms}),s("td",{children:t.members}),s("td",{children:t.version}),s("td",{children:new Date(t.started_at).toLocaleString()})]},t.node))})}function _i({seen:n}){let e=n.rooms.value;return e===null?null:s(ee,{title:`Rooms, the fullest first${e.silent.length>0?` (without ${e.silent.join(", ")}, which do not answer)`:""}`,head:["project","members","entities","state","seq","held back","nodes"],children:[...e.rooms].sort((t,r)=>r.members-t.members).map(t=>s("tr",{children:[s("th",{scope:"row",children:s("button",{type:"button",class:"plain",onClick:()=>{n.project.value=t.project,n.look()},children:s("bdi",{children:t.name.slice(0,60)||t.project})})}),s("td",{children:t.members}),s("td",{children:t.entities.toLocaleString()}),s("td",{children:un(t.bytes)}),s("td",{children:t.seq}),s("td",{children:t.held_back}),s("td",{children:t.nodes.join(", ")})]},t.project))})}function wi({seen:n}){let e=n.room.value;return e===null?null:s(ee,{title:`In the room of ${e.name.slice(0,60)}`,head:["who","role","device","outbox","held back","address","node","since"],children:e.members.map(t=>s("tr",{children:[s("th",{scope:"row",children:s("bdi",{children:t.name.slice(0,60)})}),s("td",{children:t.role}),s("td",{children:s("bdi",{children:t.device.slice(0,30)})}),s("td",{children:un(t.outbox_bytes)}),s("td",{children:t.held_back}),s("td",{children:t.address}),s("td",{children:t.node}),s("td",{children:new Date(t.since).toLocaleTimeString()})]},t.member))})}function bi({seen:n}){let e=n.closed.value?.rooms??[];return e.length===0?null:s(ee,{title:"Closed rooms",head:["project","why","since","until"],children:e.map(t=>s("tr",{children:[s("th",{scope:"row",children:s("bdi",{children:t.name.slice(0,60)})}),s("td",{children:s("bdi",{children:t.reason.slice(0,200)})}),s("td",{children:new Date(t.closed_at).toLocaleString()}),s("td",{children:t.until===null?"it is opened":new Date(t.until).toLocaleString()})]},t.project))})}function ki({seen:n}){let e=[...n.slow.value?.calls??[]].sort((t,r)=>r.took_ms-t.took_ms).slice(0,15);return e.length===0?null:s(ee,{title:"Slowest calls",head:["call","took","when","node"],children:e.map(t=>s("tr",{children:[s("th",{scope:"row",children:[t.method,t.done?"":" (not answered)"]}),s("td",{children:[Math.round(t.took_ms)," ms"]}),s("td",{children:new Date(t.at).toLocaleString()}),s("td",{children:t.node})]},`${t.method}${t.at}${t.node}`))})}function xi({seen:n}){let e=n.audit.value?.entries??[];return e.length===0?null:s(ee,{title:"Audit, the newest first",head:["what","who","when","count","from","project","details"],children:e.map(t=>s("tr",{children:[s("th",{scope:"row",children:t.event}),s("td",{children:t.actor??t.user??""}),s("td",{children:new Date(t.at).toLocaleString()}),s("td",{children:t.count}),s("td",{children:t.address??""}),s("td",{children:t.project??""}),s("td",{children:s("bdi",{children:JSON.stringify(t.details).slice(0,200)})})]},t.id))})}function ee({title:n,head:e,children:t}){return s("section",{class:"card scrolls",tabIndex:0,"aria-label":n,children:s("table",{children:[s("caption",{children:n}),s("thead",{children:s("tr",{children:e.map(r=>r===""?s("td",{},r):s("th",{scope:"col",children:r},r))})}),s("tbody",{children:t})]})})}var Si=2e3,Mi=5e3,yt=class{constructor(e){this.client=e}nodes=v(null);rooms=v(null);project=v(null);room=v(null);closed=v(null);slow=v(null);audit=v(null);ready=v(null);metrics=v(null);failure=v(null);isStranger=v(!1);askedAt=v(0);timer=null;isAsking=!1;start(){document.addEventListener("visibilitychange",()=>this.look()),this.client.status.subscribe(()=>this.look()),this.look()}look(){this.timer!==null&&clearTimeout(this.timer),this.timer=null,!(document.visibilityState==="hidden"||this.client.status.value.name!=="connected")&&this.ask().then(()=>{this.timer=setTimeout(()=>this.look(),Si)})}async ask(){if(!this.isAsking){this.isAsking=!0;try{await Promise.all([this.askPlain(),this.askCalls()]),this.failure.value=null,this.isStranger.value=!1}catch(e){this.isStranger.value=e instanceof w&&e.code==="forbidden",this.failure.value=e}this.askedAt.value=Date.now(),this.isAsking=!1}}async askCalls(){let e=this.project.value,[t,r,o,i,a,d]=await Promise.all([this.client.call("operator.nodes",{}),this.client.call("operator.rooms",{limit:50}),this.client.call("operator.closed_rooms",{limit:50}),this.client.call("operator.slow_calls",{per_method:2}),this.client.call("operator.audit",{limit:30}),e===null?null:this.client.call("operator.room",{project:e})]);this.nodes.value=t,this.rooms.value=r,this.closed.value=o,this.slow.value=i,this.audit.value=a,e===this.project.value&&(this.room.value=d)}async askPlain(){let[e,t]=await Promise.all([Pr("/readyz"),Pr("/metrics")]);this.ready.value=e!==null&&e.status===404?{status:200,text:"unknown here"}:e,this.metrics.value=t?.status===200?Mr(t.text):null}};async function Pr(n){try{let e=await fetch(n,{cache:"no-store",signal:AbortSignal.timeout(Mi)});return{status:e.status,text:(await e.text()).trim()}}catch{return null}}var Or="prime.operator.refresh_token";function Ei({client:n,seen:e}){let t=cn(n.status,{name:"connecting"}),r=cn(n.user,null),o=_e(()=>new gt(n,null),[]),i=()=>{n.logout().catch(()=>location.reload())};return t.name==="needs-login"?s("main",{class:"middle",children:s("div",{class:"card",children:[s("div",{class:"brand",children:[s("img",{src:"/web/icon.svg",alt:""}),"Prime for operators"]}),s(lr,{entrance:o})]})}):s(T,{children:[s("header",{class:"operator-bar",children:[s("h1",{children:"Prime for operators"}),s("span",{class:"quiet",children:t.name==="connected"?r?.name||r?.username:t.name==="away"?"not connected; trying again":t.message??t.name}),s("button",{type:"button",onClick:i,children:"Log out"})]}),e.isStranger.value?s("main",{class:"sheet",children:s("p",{role:"alert",children:[r?.username," is no operator of this server. Whoever runs it makes you one: ./run users make-operator ",r?.username]})}):s(Tr,{console:e})]})}if(yr(window)===null){xr();let n=tn(_r(),{device:await br(),client:"operators' page",tokens:{read:()=>Pe.read(Or),write:t=>Pe.keep(Or,t)}}),e=new yt(n);e.start(),Tn(s(Ei,{client:n,seen:e}),document.body),document.getElementById("not-started")?.remove()}
